using System.Diagnostics.CodeAnalysis;
using Metrics.Core.Index;

namespace Metrics.Core.Query.Evaluation;

/// <summary>Numbers the groups of a query by the symbols of their tag values, so that no string is made for a series.</summary>
internal sealed class Grouping
{
    private readonly SymbolTable _symbols;
    private readonly int[] _keys;
    private readonly int[] _scratch;
    private readonly Dictionary<int[], int> _numbers = new(SymbolsComparer.Instance);

    public Grouping(IReadOnlyList<string> groupBy, SymbolTable symbols)
    {
        _symbols = symbols;
        _keys = [.. groupBy.Select(key => symbols.TryGet(key, out var symbol) ? symbol : 0)];
        _scratch = new int[_keys.Length];
    }

    /// <summary>The values of each group, by its number; "" for a tag that is absent.</summary>
    public List<string[]> Groups { get; } = [];

    public int GroupOf(TagIndex index, int ordinal)
    {
        for (var i = 0; i < _keys.Length; i++)
        {
            _scratch[i] = _keys[i] == 0 ? 0 : index.SymbolOf(ordinal, _keys[i]);
        }

        if (!_numbers.TryGetValue(_scratch, out var number))
        {
            number = Groups.Count;
            _numbers.Add([.. _scratch], number);
            Groups.Add(Array.ConvertAll(_scratch, symbol => symbol == 0 ? "" : _symbols[symbol]));
        }

        return number;
    }

    private sealed class SymbolsComparer : IEqualityComparer<int[]>
    {
        public static readonly SymbolsComparer Instance = new();

        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] int[] obj)
        {
            var hash = default(HashCode);
            foreach (var symbol in obj)
            {
                hash.Add(symbol);
            }

            return hash.ToHashCode();
        }
    }
}

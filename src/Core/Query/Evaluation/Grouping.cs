using System.Diagnostics.CodeAnalysis;
using Metrics.Core.Blocks;
using Metrics.Core.Index;

namespace Metrics.Core.Query.Evaluation;

/// <summary>
/// Numbers the groups of a query by the symbols of their tag values, of memory's index or of a block's, so that no string is made for a series.
/// </summary>
internal sealed class Grouping
{
    private readonly SymbolTable _symbols;
    private readonly IReadOnlyList<string> _groupBy;
    private readonly int[] _keys;
    private readonly int[] _scratch;
    private int[] _columns = [];
    private readonly Dictionary<int[], int> _numbers = new(SymbolsComparer.Instance);
    private readonly Dictionary<string[], int> _byValues = new(TagValuesComparer.Instance);

    public Grouping(IReadOnlyList<string> groupBy, SymbolTable symbols)
    {
        _symbols = symbols;
        _groupBy = groupBy;
        _keys = [.. groupBy.Select(key => symbols.TryGet(key, out var symbol) ? symbol : 0)];
        _scratch = new int[_keys.Length];
    }

    /// <summary>The values of each group, by its number; "" for a tag that is absent.</summary>
    public List<string[]> Groups { get; } = [];

    /// <summary>The group of each series of a shard; the index is locked once a tag, not once a series.</summary>
    /// <param name="index">The shard's.</param>
    /// <param name="ordinals">The series.</param>
    /// <param name="groups">As long as <paramref name="ordinals"/>.</param>
    public void GroupsOf(TagIndex index, ReadOnlySpan<int> ordinals, Span<int> groups)
    {
        var length = ordinals.Length;
        if (_columns.Length < length * _keys.Length)
        {
            _columns = new int[length * _keys.Length];
        }

        for (var i = 0; i < _keys.Length; i++)
        {
            var column = _columns.AsSpan(i * length, length);
            if (_keys[i] == 0)
            {
                column.Clear();
            }
            else
            {
                index.SymbolsOf(ordinals, _keys[i], column);
            }
        }

        for (var row = 0; row < length; row++)
        {
            for (var i = 0; i < _keys.Length; i++)
            {
                _scratch[i] = _columns[(i * length) + row];
            }

            groups[row] = NumberOfScratch();
        }
    }

    /// <summary>The groups of the series of one block.</summary>
    public BlockGroups Of(BlockReader block) => new(this, block);

    private int NumberOfScratch()
    {
        if (!_numbers.TryGetValue(_scratch, out var number))
        {
            number = NumberOf(Array.ConvertAll(_scratch, symbol => symbol == 0 ? "" : _symbols[symbol]));
            _numbers.Add([.. _scratch], number);
        }

        return number;
    }

    private int NumberOf(string[] values)
    {
        if (!_byValues.TryGetValue(values, out var number))
        {
            number = Groups.Count;
            _byValues.Add(values, number);
            Groups.Add(values);
        }

        return number;
    }

    /// <summary>Groups by the symbols of one block.</summary>
    internal sealed class BlockGroups(Grouping grouping, BlockReader block)
    {
        private readonly int[] _keys = [.. grouping._groupBy.Select(block.SymbolOf)];
        private readonly int[] _scratch = new int[grouping._groupBy.Count];
        private readonly Dictionary<int[], int> _numbers = new(SymbolsComparer.Instance);

        public int GroupOf(int row)
        {
            for (var i = 0; i < _keys.Length; i++)
            {
                _scratch[i] = _keys[i] < 0 ? -1 : block.ValueSymbolOf(row, _keys[i]);
            }

            if (!_numbers.TryGetValue(_scratch, out var number))
            {
                number = grouping.NumberOf(Array.ConvertAll(_scratch, symbol => symbol < 0 ? "" : block.TextOf(symbol)));
                _numbers.Add([.. _scratch], number);
            }

            return number;
        }
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

using System.Diagnostics.CodeAnalysis;

namespace Metrics.Core.Query.Evaluation;

/// <summary>Groups by the values of their tags, in the order that answers have.</summary>
public sealed class TagValuesComparer : IEqualityComparer<string[]>, IComparer<string[]>
{
    public static readonly TagValuesComparer Instance = new();

    public bool Equals(string[]? x, string[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] string[] obj)
    {
        var hash = default(HashCode);
        foreach (var value in obj)
        {
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    public int Compare(string[]? x, string[]? y)
    {
        for (var i = 0; i < x!.Length; i++)
        {
            var order = string.CompareOrdinal(x[i], y![i]);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}

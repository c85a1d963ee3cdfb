namespace Metrics.Core.Index;

/// <summary>A <see cref="CompiledMatcher"/> in the symbols of one table.</summary>
/// <param name="Key">The tag key.</param>
/// <param name="Values">The values listed that some series has, ascending; null for a pattern, whose answer is found by value.</param>
/// <param name="Negated">Whether a listed value fails instead of passing.</param>
/// <param name="Matcher">What this stands for.</param>
internal readonly record struct Filter(int Key, int[]? Values, bool Negated, CompiledMatcher Matcher)
{
    /// <summary>Up to so many values a vectorised scan is faster than a binary search.</summary>
    private const int ScanUpTo = 32;

    public bool AbsentPasses => Matcher.AbsentPasses;

    public bool IsDeferred => Values is null;

    /// <summary>Whether every series that passes is in the posting list of one of <see cref="Values"/>.</summary>
    public bool CanDrive => Values is not null && !Negated && !AbsentPasses;

    /// <summary>For filters that list values.</summary>
    public bool Passes(int value) =>
        value == 0
            ? AbsentPasses
            : (Values!.Length <= ScanUpTo ? Values.AsSpan().Contains(value) : Array.BinarySearch(Values, value) >= 0) != Negated;
}

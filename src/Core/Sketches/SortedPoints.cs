namespace Metrics.Core.Sketches;

/// <summary>Points in ascending order, on their way into a digest.</summary>
internal static class SortedPoints
{
    /// <summary>Counts the distinct values and sums the points; NaN fails every comparison, so the order proves them finite.</summary>
    public static int Examine(ReadOnlySpan<double> sorted, out CompensatedSum sum)
    {
        sum = default;
        var distinct = 0;
        var previous = double.NegativeInfinity;
        foreach (var value in sorted)
        {
            if (!(value >= previous && value < double.PositiveInfinity) || value == double.NegativeInfinity)
            {
                throw new ArgumentException("The points have to be finite and in ascending order.", nameof(sorted));
            }

            distinct += value == previous ? 0 : 1;
            previous = value;
            sum.Add(value);
        }

        return distinct;
    }

    /// <summary>One pile for each distinct value.</summary>
    public static void FillPiles(ReadOnlySpan<double> sorted, Span<Centroid> piles)
    {
        var count = 0;
        for (var start = 0; start < sorted.Length;)
        {
            var end = start + 1;
            while (end < sorted.Length && sorted[end] == sorted[start])
            {
                end++;
            }

            piles[count++] = Centroid.Pile(sorted[start] + 0.0, end - start);
            start = end;
        }
    }
}

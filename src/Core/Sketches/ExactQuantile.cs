namespace Metrics.Core.Sketches;

/// <summary>
/// The quantile q of n points in ascending order x[0] .. x[n − 1]: with the rank r = q·(n − 1), the value on the line between
/// x[⌊r⌋] and x[⌈r⌉]. No points have the quantile NaN; the points themselves must not be NaN.
/// </summary>
public static class ExactQuantile
{
    private const int InsertionSortLength = 24;

    /// <summary>The quantile (0 to 1) of points in ascending order.</summary>
    public static double OfSorted(ReadOnlySpan<double> sorted, double quantile)
    {
        Check(quantile);
        if (sorted.IsEmpty)
        {
            return double.NaN;
        }

        var rank = quantile * (sorted.Length - 1);
        var low = (int)rank;
        return low == rank ? sorted[low] : Interpolation.Between(sorted[low], sorted[low + 1], rank - low);
    }

    /// <summary>The quantile (0 to 1) of points in any order, in linear time. Reorders <paramref name="values"/>.</summary>
    public static double OfUnsorted(Span<double> values, double quantile)
    {
        Check(quantile);
        if (values.IsEmpty)
        {
            return double.NaN;
        }

        var rank = quantile * (values.Length - 1);
        var low = (int)rank;
        var lowValue = Select(values, low);
        if (low == rank)
        {
            return lowValue;
        }

        // Selection leaves everything that is not smaller to the right, so the next rank is the least of it.
        var right = values[(low + 1)..];
        var highValue = right[0];
        foreach (var value in right)
        {
            highValue = Math.Min(highValue, value);
        }

        return Interpolation.Between(lowValue, highValue, rank - low);
    }

    private static void Check(double quantile)
    {
        if (!(quantile is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "A quantile is between 0 and 1.");
        }
    }

    /// <summary>Puts the value of a rank at its index, nothing greater to its left and nothing smaller to its right.</summary>
    private static double Select(Span<double> values, int rank)
    {
        // Quickselect touches about 3n values. An input made to defeat it is noticed by the work done, and from there on the
        // median of medians picks the pivots, which bounds the whole at O(n).
        var work = 8L * values.Length;
        var low = 0;
        var high = values.Length;
        while (high - low > InsertionSortLength)
        {
            var part = values[low..high];
            work -= part.Length;
            var pivot = work > 0 ? MiddleOfThree(part) : MedianOfMedians(part);
            Partition(part, pivot, out var less, out var notGreater);
            if (rank < low + less)
            {
                high = low + less;
            }
            else if (rank >= low + notGreater)
            {
                low += notGreater;
            }
            else
            {
                return pivot;
            }
        }

        InsertionSort(values[low..high]);
        return values[rank];
    }

    private static double MiddleOfThree(ReadOnlySpan<double> values)
    {
        var (a, b, c) = (values[0], values[values.Length / 2], values[^1]);
        return Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
    }

    private static double MedianOfMedians(Span<double> values)
    {
        var groups = 0;
        for (var start = 0; start + 5 <= values.Length; start += 5)
        {
            InsertionSort(values.Slice(start, 5));
            (values[groups], values[start + 2]) = (values[start + 2], values[groups]);
            groups++;
        }

        return Select(values[..groups], groups / 2);
    }

    /// <summary>Three ways: less than the pivot, then equal to it up to <paramref name="notGreater"/>, then greater.</summary>
    private static void Partition(Span<double> values, double pivot, out int less, out int notGreater)
    {
        less = 0;
        notGreater = values.Length;
        for (var i = 0; i < notGreater;)
        {
            var value = values[i];
            if (value < pivot)
            {
                values[i++] = values[less];
                values[less++] = value;
            }
            else if (value > pivot)
            {
                values[i] = values[--notGreater];
                values[notGreater] = value;
            }
            else
            {
                i++;
            }
        }
    }

    private static void InsertionSort(Span<double> values)
    {
        for (var i = 1; i < values.Length; i++)
        {
            var value = values[i];
            var j = i;
            for (; j > 0 && values[j - 1] > value; j--)
            {
                values[j] = values[j - 1];
            }

            values[j] = value;
        }
    }
}

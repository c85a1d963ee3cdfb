using Metrics.Core.Compression;

namespace Metrics.Core.Rollups;

/// <summary>Numbers of the format of docs/formats/rollup.md. Changing one needs a new <see cref="Version"/>.</summary>
internal static class RollupFormat
{
    public const int Version = 1;

    /// <summary>Up to so many values a row holds the values.</summary>
    public const int MaxPoints = 10;

    public const int FormBits = 4;

    public const int KindBits = 3;

    /// <summary>Rows of a chunk at most, as written; a reader takes more.</summary>
    public const int MaxRows = 256;

    /// <summary>A chunk is closed when it is about so long, in bytes.</summary>
    public const int TargetBytes = 16 * 1024;

    /// <summary>Counts that a row holds as a whole number.</summary>
    public const double MaxWholeCount = 1L << 52;

    /// <summary>
    /// How far the decimal that is stored for a sum may be from the sum of float64 additions, as a part of the sum of magnitudes: what
    /// rounding may have lost.
    /// </summary>
    public const double SumTolerance = 1e-13;

    private const double MaxMappedSum = 1L << 52;

    /// <summary>The greatest number of a row of this length, and the negative of the least: what timestamps can say.</summary>
    public static long MaxBucket(long lengthMs) => (long.MaxValue / lengthMs) - 2;

    /// <summary>The number of the row that has a timestamp.</summary>
    public static long BucketOf(long timestampMs, long lengthMs)
    {
        var bucket = timestampMs / lengthMs;
        return timestampMs < 0 && bucket * lengthMs != timestampMs ? bucket - 1 : bucket;
    }

    /// <summary>The sum as a whole number of the form's smallest digit; float64 chunks store it as it is.</summary>
    public static bool TryMapSum(int form, in RowFigures figures, out long mapped)
    {
        mapped = 0;
        if (form == ValueForm.Float64)
        {
            return figures.FiniteMin < figures.FiniteMax || figures.Row.Sum == figures.Row.Count * figures.FiniteMin;
        }

        var scaled = Math.Round(figures.Row.Sum * ValueForm.ScaleOf(form));
        if (!(Math.Abs(scaled) < MaxMappedSum))
        {
            return false;
        }

        mapped = (long)scaled;
        var decoded = figures.FiniteMin < figures.FiniteMax ? ValueForm.ToValue(form, mapped) : figures.Row.Count * figures.FiniteMin;
        return Math.Abs(decoded - figures.Row.Sum) <= SumTolerance * Math.Abs(figures.Row.Sum);
    }
}

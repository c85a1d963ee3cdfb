namespace Metrics.Core.Sketches;

/// <summary>What the writer and the reader of docs/formats/tdigest.md share.</summary>
internal static class TDigestFormat
{
    /// <summary>The version, in the high three bits of the first byte.</summary>
    public const int CurrentVersion = 1;
    public const int VersionShift = 5;

    /// <summary>The compression that version 1 leaves out.</summary>
    public const double ImpliedCompression = 400;

    public const int SumStored = 1 << 2;
    public const int CountStored = 1 << 3;
    public const int CompressionStored = 1 << 4;

    /// <summary>Up to this many piles are always written bit for bit.</summary>
    public const int ExactCount = 24;

    /// <summary>Whole weights below this are varints (two bits of which say what they are); others are float64.</summary>
    public const ulong MaxWholeWeight = 1UL << 53;
    public const int TokenBits = 2;

    /// <summary>How far a stored count or sum may be from what the centroids give, by rounding alone.</summary>
    public const double Tolerance = 1e-9;

    public enum Form
    {
        Empty = 0,
        Raw = 1,
        Decimal = 2,
        Gaps = 3,
    }

    public enum Token
    {
        SinglePoints = 0,
        Pile = 1,
        Spread = 2,
        Fraction = 3,
    }

    /// <summary>
    /// Whether the gaps form stores this mean in full: the first and the last, and piles of more than a hundredth of the weight,
    /// where even a small shift of the value would move many points past it.
    /// </summary>
    public static bool IsAnchor(ReadOnlySpan<Centroid> centroids, int index, double total) =>
        index == 0
        || index == centroids.Length - 1
        || (centroids[index].IsPile && centroids[index].Weight >= 2 && centroids[index].Weight * 100 > total);

    /// <summary>The weight and the sum as the centroids alone give them, in their order.</summary>
    public static (double Count, double Sum) Totals(ReadOnlySpan<Centroid> centroids)
    {
        var count = 0.0;
        var sum = default(CompensatedSum);
        foreach (var centroid in centroids)
        {
            count += centroid.Weight;
            sum.Add(centroid.Mean * centroid.Weight);
        }

        return (count, sum.Value);
    }
}

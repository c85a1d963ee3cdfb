namespace Metrics.Core.Sketches;

internal static class Interpolation
{
    /// <summary>The value at <paramref name="fraction"/> of the way from <paramref name="low"/> to <paramref name="high"/>.</summary>
    public static double Between(double low, double high, double fraction)
    {
        var gap = high - low;
        return double.IsFinite(gap)
            ? Math.Min(high, low + (gap * fraction))
            : (low * (1 - fraction)) + (high * fraction);
    }

    /// <summary>
    /// The quantile of ordered centroids: the definition of <see cref="ExactQuantile"/>, where a pile of weight w holds the ranks
    /// c .. c + w − 1 and a spread has its mean at the middle of its ranks.
    /// </summary>
    public static double Quantile(ReadOnlySpan<Centroid> centroids, double quantile, double count)
    {
        var firstRank = Start(centroids[0], 0);
        var lastRank = End(centroids[^1], count - centroids[^1].Weight);
        var rank = firstRank + (quantile * (lastRank - firstRank));
        var before = 0.0;
        var previous = centroids[0].Mean;
        var previousEnd = firstRank;
        foreach (var centroid in centroids)
        {
            var start = Start(centroid, before);
            if (rank < start)
            {
                return Between(previous, centroid.Mean, (rank - previousEnd) / (start - previousEnd));
            }

            previousEnd = End(centroid, before);
            if (rank <= previousEnd)
            {
                return centroid.Mean;
            }

            previous = centroid.Mean;
            before += centroid.Weight;
        }

        return previous;
    }

    private static double Start(Centroid centroid, double before) =>
        centroid.IsPile && centroid.Weight >= 1 ? before : before + ((centroid.Weight - 1) / 2);

    private static double End(Centroid centroid, double before) =>
        centroid.IsPile && centroid.Weight >= 1 ? before + centroid.Weight - 1 : before + ((centroid.Weight - 1) / 2);
}

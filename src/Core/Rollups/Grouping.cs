namespace Metrics.Core.Rollups;

/// <summary>Divides ascending values into groups of given sizes and takes their means.</summary>
internal static class Grouping
{
    /// <param name="values">Ascending and finite.</param>
    /// <param name="weights">Of the values; empty when each counts once.</param>
    /// <param name="scheme">For the total of the weights.</param>
    /// <param name="means">Receives the means, ascending.</param>
    /// <returns>Groups.</returns>
    public static int Divide(ReadOnlySpan<double> values, ReadOnlySpan<double> weights, RankScheme scheme, Span<double> means)
    {
        var ends = scheme.Ends;
        if (weights.IsEmpty)
        {
            var from = 0;
            for (var group = 0; group < ends.Length; group++)
            {
                var end = Math.Min((int)ends[group], values.Length);
                means[group] = MeanOf(values[from..end]);
                from = end;
            }

            return ends.Length;
        }

        var at = 0;
        var taken = 0.0;
        var start = 0.0;
        for (var group = 0; group < ends.Length; group++)
        {
            var end = ends[group] * scheme.Scale;
            var wanted = end - start;
            start = end;
            var first = values[Math.Min(at, values.Length - 1)];
            double offset = 0, weight = 0;
            if (taken == 0)
            {
                // Most values are in one group whole.
                for (; at < values.Length && weight + weights[at] <= wanted; at++)
                {
                    offset += (values[at] - first) * weights[at];
                    weight += weights[at];
                }
            }

            while (at < values.Length && weight < wanted)
            {
                var part = Math.Min(weights[at] - taken, wanted - weight);
                offset += (values[at] - first) * part;
                weight += part;
                taken += part;
                if (taken >= weights[at])
                {
                    at++;
                    taken = 0;
                }
            }

            means[group] = weight > 0 ? Within(first + (offset / weight), first, values[Math.Min(at, values.Length - 1)]) : first;
        }

        return ends.Length;
    }

    /// <summary>A mean between its extremes. Differences beyond float64 have none that could be computed so.</summary>
    public static double Within(double mean, double low, double high) =>
        double.IsFinite(mean) ? Math.Clamp(mean, low, Math.Max(low, high)) : (low / 2) + (high / 2);

    private static double MeanOf(ReadOnlySpan<double> values)
    {
        if (values.Length <= 1)
        {
            return values[0];
        }

        var first = values[0];
        var offset = 0.0;
        for (var i = 1; i < values.Length; i++)
        {
            offset += values[i] - first;
        }

        return Within(first + (offset / values.Length), first, values[^1]);
    }
}

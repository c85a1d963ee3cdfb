namespace Metrics.Core.Rollups;

/// <summary>
/// Spreads groups out again: values on the line through the means at the middles of their ranks. Means that are put together with those
/// of other rows as they are would gather around the ranks that every row has a group at.
/// </summary>
internal static class Expansion
{
    /// <summary>Most values that come of a row.</summary>
    public const int MaxValues = 2 * RankScheme.MaxGroups;

    private const int FewGroups = 64;
    private const int PiecesOfFew = 4;
    private const int PiecesOfMany = 2;

    /// <param name="scheme">Of the row.</param>
    /// <param name="means">As many as the scheme has groups.</param>
    /// <param name="grid">Of the row: what is known to lie on decimals is put back on them.</param>
    /// <param name="values">Receives the values, ascending.</param>
    /// <param name="weights">Receives how often each is there.</param>
    /// <returns>How many, at most <see cref="MaxValues"/>.</returns>
    public static int Expand(RankScheme scheme, ReadOnlySpan<double> means, in ValueGrid grid, Span<double> values, Span<double> weights)
    {
        var most = means.Length <= FewGroups ? PiecesOfFew : PiecesOfMany;
        var count = 0;
        double before = 0, previousMiddle = 0, previousMean = means[0];
        for (var i = 0; i < means.Length; i++)
        {
            var end = scheme.Ends[i];
            var width = end - before;
            var middle = before + ((width - 1) / 2);
            var mean = means[i];
            if (width <= 1)
            {
                (values[count], weights[count]) = (mean, width * scheme.Scale);
                count++;
            }
            else
            {
                var pieces = (int)Math.Min(width, most);
                var weight = width / pieces;
                var isLast = i == means.Length - 1;
                var down = i == 0 ? 0 : (mean - previousMean) / (middle - previousMiddle);
                var up = isLast ? 0 : (means[i + 1] - mean) / (end + ((scheme.Ends[i + 1] - end - 1) / 2) - middle);
                for (var piece = 0; piece < pieces; piece++)
                {
                    var offset = before + ((piece + 0.5) * weight) - 0.5 - middle;
                    var value = mean + (offset * (offset < 0 ? down : up));
                    value = double.IsFinite(value) ? value : mean;
                    (values[count], weights[count]) = (grid.Snap(value), weight * scheme.Scale);
                    count++;
                }
            }

            (before, previousMiddle, previousMean) = (end, middle, mean);
        }

        return count;
    }
}

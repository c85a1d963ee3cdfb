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

                var down = i == 0 ? 0 : (mean - previousMean) / (middle - previousMiddle);
                var up = i == means.Length - 1 ? 0 : (means[i + 1] - mean) / (end + ((scheme.Ends[i + 1] - end - 1) / 2) - middle);

                // Two values have their mean in the middle. For more, both slopes meet at a value that leaves the mean what it is.
                (down, up) = width <= 2 ? (Math.Min(down, up), Math.Min(down, up)) : (down, up);
                var bend = (up - down) * MeanOffset(pieces, weight) / 2;
                for (var piece = 0; piece < pieces; piece++)
                {
                    var offset = (piece - ((pieces - 1) / 2.0)) * weight;
                    var value = mean - bend + (offset * (offset < 0 ? down : up));
                    value = Math.Clamp(double.IsFinite(value) ? value : mean, count == 0 ? mean : values[count - 1], i == means.Length - 1 ? mean : means[i + 1]);
                    (values[count], weights[count]) = (grid.Snap(value), weight * scheme.Scale);
                    count++;
                }
            }

            (before, previousMiddle, previousMean) = (end, middle, mean);
        }

        return count;
    }

    /// <summary>How far pieces are from the middle, on average.</summary>
    private static double MeanOffset(int pieces, double weight)
    {
        var sum = 0.0;
        for (var piece = 0; piece < pieces; piece++)
        {
            sum += Math.Abs(piece - ((pieces - 1) / 2.0));
        }

        return weight * sum / pieces;
    }
}

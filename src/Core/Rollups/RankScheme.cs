namespace Metrics.Core.Rollups;

/// <summary>
/// How the values of a distribution, ascending, are divided into neighbours that are stored as their mean. It depends on their number
/// alone, so that no weight is ever stored. Few are kept single; of more, those at the top (where percentiles are asked for and values are
/// far apart), the least ones and the middle, in groups that grow with the distance from the ends.
/// </summary>
internal sealed class RankScheme
{
    /// <summary>Most groups of any scheme.</summary>
    public const int MaxGroups = 400;

    private const long MaxRanks = 1L << 50;
    private const int Remembered = 256;
    private const double HighShare = 0.05;
    private const double MaxSingles = 20;

    private static readonly RankScheme?[] s_remembered = new RankScheme?[Remembered];

    private RankScheme(double[] ends, double scale)
    {
        Ends = ends;
        Scale = scale;
    }

    /// <summary>Groups.</summary>
    public int Count => Ends.Length;

    /// <summary>How many of N ranks lie before the end of each group.</summary>
    public double[] Ends { get; }

    /// <summary>Weight of a rank: 1, or a little less of a count that is not whole.</summary>
    public double Scale { get; }

    /// <summary>The scheme for so many finite values.</summary>
    public static RankScheme For(double count)
    {
        var ranks = (long)Math.Ceiling(Math.Min(count, MaxRanks));
        var scale = count / ranks;
        if (ranks >= Remembered || scale != 1)
        {
            return new RankScheme(Divide(ranks), scale);
        }

        return s_remembered[ranks] ??= new RankScheme(Divide(ranks), 1);
    }

    public double WeightOf(int group) => (Ends[group] - (group == 0 ? 0 : Ends[group - 1])) * Scale;

    private static double[] Divide(long ranks)
    {
        if (ranks <= RollupFormat.MaxPoints)
        {
            return [.. Enumerable.Range(1, (int)ranks).Select(static end => (double)end)];
        }

        var middle = (ranks - 1) / 2;
        var afterMiddle = (ranks / 2) + 1;
        var singles = Math.Clamp((HighShare * ranks) + 1, 3, MaxSingles);
        var ends = new List<double>();

        // Up from the least value, coarsely, then the middle, which is one value or two.
        for (long at = 0; at < middle;)
        {
            at = Math.Min(middle, at + GroupLength(ranks, at, singles / 2));
            ends.Add(at);
        }

        if (afterMiddle < ranks)
        {
            ends.Add(afterMiddle);
        }

        // Down from the greatest.
        var low = ends.Count;
        ends.Add(ranks);
        for (long above = 0; ;)
        {
            above += GroupLength(ranks, above, singles);
            if (ranks - above <= afterMiddle)
            {
                break;
            }

            ends.Add(ranks - above);
        }

        ends.Reverse(low, ends.Count - low);
        return [.. ends.Distinct()];
    }

    // A millionth of all at least, but for the extremes: that bounds the groups whatever the count.
    private static long GroupLength(long ranks, long fromEnd, double singles) => fromEnd == 0
        ? 1
        : Math.Max(Math.Max(1, ranks >> 20), (long)(fromEnd / (0.6 * singles)));
}

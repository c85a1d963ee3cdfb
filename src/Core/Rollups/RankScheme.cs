namespace Metrics.Core.Rollups;

/// <summary>
/// How the values of a distribution, ascending, are divided into neighbours that are stored as their mean. It depends on their number
/// alone, so that no weight is ever stored. Few are kept single; of more, those at the top (where percentiles are asked for and values are
/// far apart), the least ones and the middle, in groups that grow with the distance from the ends.
/// </summary>
internal sealed class RankScheme
{
    /// <summary>Most groups of any scheme.</summary>
    public const int MaxGroups = 256;

    private const long MaxRanks = 1L << 50;
    private const int Remembered = 256;

    // So that the 95th percentile of an hour of seconds is among few, and the 99th among single values.
    private const double SingleShare = 0.05;
    private const double MinSingles = 5;
    private const double MaxSingles = 42;

    // A group is the distance from the end, divided by this, and at most a twelfth of all. Near the 95th percentile it is divided by more.
    private const double GrowthShare = 0.03;
    private const double MinGrowth = 1.8;
    private const double MaxGrowth = 8;
    private const double MaxTailGrowth = 20;
    private const long TailShare = 16;
    private const double LowShare = 0.44;
    private const long LeastGroups = 12;

    private static readonly RankScheme?[] s_remembered = new RankScheme?[Remembered];
    private static RankScheme? s_latest;

    private RankScheme? _coarse;

    private RankScheme(double[] ends, double count, double scale)
    {
        Ends = ends;
        Total = count;
        Scale = scale;
    }

    /// <summary>Groups.</summary>
    public int Count => Ends.Length;

    /// <summary>How many of N ranks lie before the end of each group.</summary>
    public double[] Ends { get; }

    /// <summary>The weight of all.</summary>
    public double Total { get; }

    /// <summary>Weight of a rank: 1, or a little less of a count that is not whole.</summary>
    public double Scale { get; }

    /// <summary>
    /// The same with two or three neighbours in one, for rows whose values are so near each other that a finer division would say little.
    /// </summary>
    public RankScheme Coarse => _coarse ??= new RankScheme(Thin(Ends), Total, Scale);

    /// <summary>The scheme for so many finite values.</summary>
    public static RankScheme For(double count)
    {
        var ranks = (long)Math.Ceiling(Math.Min(count, MaxRanks));
        if (ranks < Remembered && ranks == count)
        {
            return s_remembered[ranks] ??= new RankScheme(Divide(ranks), count, 1);
        }

        var latest = s_latest;
        if (latest is null || latest.Total != count)
        {
            s_latest = latest = new RankScheme(Divide(ranks), count, count / ranks);
        }

        return latest;
    }

    public double WeightOf(int group) => (Ends[group] - (group == 0 ? 0 : Ends[group - 1])) * Scale;

    /// <summary>Joins the means of this scheme's groups to those of <see cref="Coarse"/>.</summary>
    /// <returns>How many there are then.</returns>
    public int ToCoarse(ReadOnlySpan<double> means, Span<double> coarse)
    {
        var ends = Coarse.Ends;
        var from = 0;
        for (var group = 0; group < ends.Length; group++)
        {
            var first = means[from];
            var offset = 0.0;
            var weight = 0.0;
            int at = from;
            for (; at < Count && Ends[at] <= ends[group]; at++)
            {
                var part = WeightOf(at);
                offset += (means[at] - first) * part;
                weight += part;
            }

            coarse[group] = Grouping.Within(first + (offset / weight), first, means[at - 1]);
            from = at;
        }

        return ends.Length;
    }

    private static double[] Thin(double[] ends)
    {
        var joined = ends.Length < 40 ? 2 : 3;
        return [.. ends.Where((_, i) => i == 0 || i >= ends.Length - 2 || i % joined == 0)];
    }

    private static double[] Divide(long ranks)
    {
        if (ranks <= RollupFormat.MaxPoints)
        {
            return [.. Enumerable.Range(1, (int)ranks).Select(static end => (double)end)];
        }

        var middle = (ranks - 1) / 2;
        var afterMiddle = (ranks / 2) + 1;
        var singles = Math.Clamp((SingleShare * ranks) + 1, MinSingles, MaxSingles);
        var growth = Math.Clamp(GrowthShare * ranks, MinGrowth, MaxGrowth);
        var tailGrowth = Math.Clamp(GrowthShare * ranks, MinGrowth, MaxTailGrowth);
        var ends = new List<double>();

        // Up from the least value, coarsely, then the middle, which is one value or two.
        for (long at = 0; at < middle;)
        {
            at = Math.Min(middle, at + GroupLength(ranks, at, 1, growth * LowShare));
            ends.Add(at);
        }

        ends.Add(afterMiddle);

        // Down from the greatest.
        var low = ends.Count;
        for (long above = 0; ranks - above > afterMiddle; above += GroupLength(ranks, above, singles, above <= ranks / TailShare ? tailGrowth : growth))
        {
            ends.Add(ranks - above);
        }

        ends.Reverse(low, ends.Count - low);
        return [.. ends];
    }

    // A 65,536th of all at least, but for the extremes: that bounds the groups whatever the count.
    private static long GroupLength(long ranks, long fromEnd, double singles, double growth) => fromEnd < Math.Max(1, singles)
        ? fromEnd == 0 ? 1 : Math.Max(1, ranks >> 16)
        : Math.Max(Math.Max(1, ranks >> 16), Math.Min(ranks / LeastGroups, (long)(fromEnd / growth)));
}

using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Model;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Query.Planning;
using Metrics.Core.Series;
using Metrics.Core.Storage;

namespace Metrics.Core.Query.Reading;

/// <summary>What a query reads of one shard: its series, the plan of the range before the hot border, and the blocks in use.</summary>
internal sealed class ShardScan : IDisposable
{
    private readonly Dictionary<string, BlockUse> _uses = new(StringComparer.Ordinal);
    private readonly List<BlockInfo> _found = [];
    private readonly BlockSource? _source;

    public ShardScan(Shard shard, ShardView? view, BlockSource? source, IReadOnlyList<RetentionSpans> spans, long nowMs)
    {
        Shard = shard;
        View = view;
        _source = source;
        NowMs = nowMs;
        Spans = spans;
        if (view is not null)
        {
            Layout = CatalogLayout.Of(view.Catalog);
        }
    }

    public Shard Shard { get; }

    /// <summary>When the query began.</summary>
    public long NowMs { get; }

    public ShardView? View { get; }

    public CatalogLayout? Layout { get; }

    /// <summary>The classes of series, by how long they are kept.</summary>
    public IReadOnlyList<RetentionSpans> Spans { get; }

    public List<ScanSeries> Series { get; } = [];

    /// <summary>The numbers of the series that blocks have, by id.</summary>
    public Dictionary<SeriesId, int> Numbers { get; } = [];

    /// <summary>Windows before the hot border that memory has late samples of, which blocks may not have yet.</summary>
    public Dictionary<int, IntervalSet> LateWindows { get; } = [];

    /// <summary>The plan of each class.</summary>
    public PlannedStretch[][] Plans { get; private set; } = [];

    /// <summary>Blocks in use; more come while the shard is read.</summary>
    public IReadOnlyCollection<BlockUse> Uses => _uses.Values;

    public bool HasBlocks => Layout is { } layout && layout.MinMs <= layout.MaxMs;

    /// <summary>From here on memory is all that is needed; without blocks, always.</summary>
    public long HotFromMs => HasBlocks ? View!.HotFromMs : long.MinValue;

    /// <summary>Whether anything before the hot border is asked for.</summary>
    public bool NeedsBlocks(QueryPlan plan) => HasBlocks && plan.FromMs < View!.HotFromMs;

    /// <summary>From here on memory is read.</summary>
    public long MemoryFromMs(QueryPlan plan, int @class) =>
        Math.Max(Math.Max(HotFromMs, plan.FromMs), Spans[@class].FloorMs(Resolution.Raw, NowMs));

    /// <summary>Plans the range of a query for every class.</summary>
    public void Prepare(QueryPlan plan)
    {
        Plans = new PlannedStretch[Spans.Count][];
        for (var i = 0; i < Plans.Length; i++)
        {
            Plans[i] = PlanOf(plan.FromMs, Math.Min(plan.ToMs, HotFromMs), plan.IntervalMs, i, IntervalSet.Empty, IntervalSet.Empty);
        }
    }

    /// <summary>Plans a range before the hot border.</summary>
    /// <param name="fromMs">Inclusive.</param>
    /// <param name="toMs">Exclusive.</param>
    /// <param name="intervalMs">What rows have to divide; null for any.</param>
    /// <param name="class">The class of the series.</param>
    /// <param name="notFromRollups">Windows to be read raw where raw data is left.</param>
    /// <param name="late">Windows to be read raw because memory has late samples of them.</param>
    public PlannedStretch[] PlanOf(long fromMs, long toMs, long? intervalMs, int @class, IntervalSet notFromRollups, IntervalSet late)
    {
        if (Layout is null || fromMs >= toMs)
        {
            return [];
        }

        var stretches = new RangePlanner(Layout, intervalMs, Spans[@class], NowMs).Plan(fromMs, toMs, notFromRollups, late);
        var planned = new PlannedStretch[stretches.Count];
        for (var i = 0; i < planned.Length; i++)
        {
            planned[i] = new PlannedStretch(stretches[i], UsesOf(stretches[i]));
        }

        return planned;
    }

    /// <summary>The blocks that hold anything of a stretch.</summary>
    public BlockUse[] UsesOf(in Stretch stretch)
    {
        _found.Clear();
        Layout!.Overlapping(stretch.Resolution, stretch.FromMs, stretch.ToMs, _found);
        var uses = new BlockUse[_found.Count];
        for (var i = 0; i < uses.Length; i++)
        {
            if (!_uses.TryGetValue(_found[i].Name, out var use))
            {
                use = new BlockUse(_source!, Shard.Number, _found[i], Layout.Tombstones);
                _uses.Add(use.Info.Name, use);
            }

            uses[i] = use;
        }

        return uses;
    }

    /// <summary>Makes it quick to find a series' row in the blocks that were selected from.</summary>
    public void IndexRows()
    {
        foreach (var use in _uses.Values)
        {
            if (use.Rows is { } rows)
            {
                use.RowOf = new int[Series.Count];
                Array.Fill(use.RowOf, -1);
                for (var i = 0; i < rows.Count; i++)
                {
                    use.RowOf[use.Series![i]] = rows[i];
                }
            }
        }
    }

    /// <summary>What is known to be missing before anything is read.</summary>
    public void ReportKnownProblems(QueryPlan plan, ReadReport report)
    {
        if (View is null)
        {
            return;
        }

        // Memory has the last hours whatever the store has.
        var recentMs = Math.Max(View.HotFromMs, TimeAlign.Down(NowMs, Resolution.Hour.LengthMs()) - SeriesBuffer.WindowMs);
        if (View.Problem is { } problem && plan.FromMs < recentMs)
        {
            report.AddProblem("shards whose blocks are not known", problem);
        }

        foreach (var damaged in Layout!.Damaged)
        {
            if (IsMissed(damaged.Block, plan))
            {
                report.AddProblem("damaged blocks", damaged.Reason);
            }
        }
    }

    public void Dispose()
    {
        foreach (var use in _uses.Values)
        {
            use.Dispose();
        }
    }

    /// <summary>A damaged block is missed where its resolution is read, or where nothing else has its samples.</summary>
    private bool IsMissed(BlockInfo block, QueryPlan plan)
    {
        if (block.MinMs >= Math.Min(plan.ToMs, View!.HotFromMs) || block.MaxMs < plan.FromMs)
        {
            return false;
        }

        if (block.Resolution == Resolution.Raw && !block.RolledUp)
        {
            return true;
        }

        foreach (var stretches in Plans)
        {
            foreach (var (stretch, _) in stretches)
            {
                var overlaps = block.MinMs < stretch.ToMs && block.MaxMs >= stretch.FromMs;
                if (overlaps && (stretch.Resolution == block.Resolution || (!stretch.IsExact && block.Resolution < stretch.Resolution)))
                {
                    return true;
                }
            }
        }

        return Plans.All(stretches => !stretches.Any(s => block.MinMs < s.Stretch.ToMs && block.MaxMs >= s.Stretch.FromMs));
    }
}

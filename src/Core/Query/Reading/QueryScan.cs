using System.Runtime.InteropServices;
using Metrics.Core.Catalog;
using Metrics.Core.Index;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Query.Planning;
using Metrics.Core.Series;
using Metrics.Core.Storage;

namespace Metrics.Core.Query.Reading;

/// <summary>The series that a query reads, shard by shard, in memory and blocks, with the views held that they were found by.</summary>
internal sealed class QueryScan : IDisposable
{
    private readonly QueryPlan _plan;
    private readonly CompiledSelector _selector;
    private readonly BlockSource? _source;
    private readonly Grouping _grouping;
    private readonly RetentionClasses _classes;
    private readonly long _nowMs;
    private readonly List<int> _ordinals = [];
    private IViewLease? _lease;
    private int[] _groups = [];

    /// <exception cref="ArgumentException">The plan's selector cannot be used.</exception>
    public QueryScan(QueryPlan plan, BlockSource? source, SymbolTable symbols, long nowMs)
    {
        if (!CompiledSelector.TryCompile(plan.Selector, out var selector, out var problem))
        {
            throw new ArgumentException($"{problem.Field} {problem.Reason}", nameof(plan));
        }

        _plan = plan;
        _selector = selector;
        _source = source;
        _nowMs = nowMs;
        _grouping = new Grouping(plan.GroupBy, symbols);
        _classes = new RetentionClasses(source?.Filter ?? NoReadFilter.Instance, plan.Selector);
    }

    public List<ShardScan> Shards { get; } = [];

    /// <summary>The tag values of each group.</summary>
    public List<string[]> Groups => _grouping.Groups;

    public int SeriesCount => Shards.Sum(static s => s.Series.Count);

    /// <summary>Finds the series.</summary>
    /// <param name="shards">Where.</param>
    /// <param name="looksBack">Whether blocks before the range may be asked for as well.</param>
    /// <param name="budget">Bounds the time; null for no bound.</param>
    /// <param name="cancellation">Stops.</param>
    public async ValueTask SelectAsync(IReadOnlyList<Shard> shards, bool looksBack, QueryBudget? budget, CancellationToken cancellation)
    {
        _lease = _source?.Views.Lease();
        MakeScans(shards);
        var withBlocks = Shards.Exists(s => s.NeedsBlocks(_plan) || (looksBack && s.HasBlocks));
        if (!withBlocks)
        {
            foreach (var scan in Shards)
            {
                SelectLive(scan, cancellation);
                AddLive(scan, _ordinals, null);
                budget?.TakeSamples(0);
            }

            return;
        }

        // What is unsealed is asked before the views are taken: a block that gets a late sample in between is in them then, and
        // nothing falls between memory and blocks. Unless the border of memory has moved up meanwhile, or first blocks have brought one:
        // then more of memory lies before it than was asked about.
        var live = new Memories[Shards.Count];
        bool hasMoved;
        do
        {
            for (var i = 0; i < live.Length; i++)
            {
                SelectLive(Shards[i], cancellation);
                live[i] = new Memories([.. _ordinals], Shards[i]);
                budget?.TakeSamples(0);
            }

            _lease!.Dispose();
            _lease = _source!.Views.Lease();
            MakeScans(shards);
            hasMoved = live.Where((memories, i) => Shards[i].HotFromMs > memories.BeforeMs).Any();
        }
        while (hasMoved);

        await OpenAsync(cancellation);
        for (var i = 0; i < live.Length; i++)
        {
            SelectFromBlocks(Shards[i]);
            AddLive(Shards[i], live[i].Ordinals, live[i]);
            Shards[i].IndexRows();
            budget?.TakeSamples(0);
        }
    }

    public void Dispose()
    {
        foreach (var scan in Shards)
        {
            scan.Dispose();
        }

        _lease?.Dispose();
    }

    private void MakeScans(IReadOnlyList<Shard> shards)
    {
        Shards.Clear();
        foreach (var shard in shards)
        {
            Shards.Add(new ShardScan(shard, _lease?[shard.Number], _source, _classes.Spans, _nowMs));
        }
    }

    private void SelectLive(ShardScan scan, CancellationToken cancellation)
    {
        _ordinals.Clear();
        scan.Shard.Index.Select(_selector, _ordinals, cancellation);
    }

    private async ValueTask OpenAsync(CancellationToken cancellation)
    {
        var pending = new PendingReads(16);
        foreach (var scan in Shards)
        {
            scan.Prepare(_plan);
            foreach (var use in scan.Uses)
            {
                await pending.AddAsync(OpenAsync(use, cancellation));
            }
        }

        await pending.WaitAsync();
    }

    private static async ValueTask OpenAsync(BlockUse use, CancellationToken cancellation) => await use.OpenAsync(cancellation);

    /// <summary>Adds the series of the blocks that the plans use: the largest block's first, whose order is then that of reading.</summary>
    private void SelectFromBlocks(ShardScan scan)
    {
        foreach (var use in scan.Uses.OrderByDescending(static u => u.Info.Series))
        {
            if (use.Opened is null)
            {
                continue;
            }

            use.Rows = [];
            use.Reader.Select(_selector, use.Rows);
            use.Series = new List<int>(use.Rows.Count);
            if (use.Rows.Count * 8L >= use.Reader.SeriesCount)
            {
                // Makes the table of all ids, which is cheaper than so many of them one by one, again for every query.
                use.Reader.Find(default);
            }

            Grouping.BlockGroups? groups = null;
            foreach (var row in use.Rows)
            {
                var id = use.Reader.IdOf(row);
                if (!scan.Numbers.TryGetValue(id, out var number))
                {
                    groups ??= _grouping.Of(use.Reader);
                    number = scan.Series.Count;
                    scan.Numbers.Add(id, number);
                    scan.Series.Add(new ScanSeries(id, null, groups.GroupOf(row), long.MaxValue, _classes.ClassOf(use.Reader, row)));
                }

                use.Series.Add(number);
            }
        }
    }

    private void AddLive(ShardScan scan, List<int> ordinals, Memories? memories)
    {
        if (_groups.Length < ordinals.Count)
        {
            _groups = new int[ordinals.Count];
        }

        _grouping.GroupsOf(scan.Shard.Index, CollectionsMarshal.AsSpan(ordinals), _groups.AsSpan(0, ordinals.Count));
        for (var i = 0; i < ordinals.Count; i++)
        {
            // Null: the index has it, the shard is about to.
            if (scan.Shard.At(ordinals[i]) is not { } series)
            {
                continue;
            }

            var unsealedMs = memories?.UnsealedMs[i] ?? long.MaxValue;
            if (scan.Numbers.TryGetValue(series.Id, out var number))
            {
                scan.Series[number] = scan.Series[number] with { Live = series, UnsealedMs = unsealedMs };
            }
            else
            {
                number = scan.Series.Count;
                scan.Series.Add(new ScanSeries(series.Id, series, _groups[i], unsealedMs, _classes.ClassOf(scan.Shard.Index, ordinals[i])));
            }

            if (memories?.LateWindows.GetValueOrDefault(i) is { } late)
            {
                scan.LateWindows.Add(number, late);
            }
        }
    }

    /// <summary>What memory had when the query began that blocks did not.</summary>
    private sealed class Memories
    {
        public Memories(List<int> ordinals, ShardScan scan)
        {
            Ordinals = ordinals;
            BeforeMs = scan.HotFromMs;
            UnsealedMs = new long[ordinals.Count];
            var windows = new Dictionary<long, long>();
            for (var i = 0; i < ordinals.Count; i++)
            {
                if (scan.Shard.At(ordinals[i]) is not { } series)
                {
                    continue;
                }

                UnsealedMs[i] = series.OldestUnsealedMs;
                if (UnsealedMs[i] < scan.HotFromMs)
                {
                    windows.Clear();
                    series.CountUnsealed(TimeAlign.Up(scan.HotFromMs, SeriesBuffer.WindowMs), windows);
                    LateWindows.Add(i, IntervalSet.Union([.. windows.Keys.Select(static w => (w, w + SeriesBuffer.WindowMs))]));
                }
            }
        }

        public List<int> Ordinals { get; }

        /// <summary>Late windows are those before it.</summary>
        public long BeforeMs { get; }

        public long[] UnsealedMs { get; }

        /// <summary>By place in the list.</summary>
        public Dictionary<int, IntervalSet> LateWindows { get; } = [];
    }
}

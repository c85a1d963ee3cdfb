using System.Buffers;
using Metrics.Core.Blocks;
using Metrics.Core.Model;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Series;
using Metrics.Core.Sketches;

namespace Metrics.Core.Query.Reading;

/// <summary>Reads series of shards into one worker's groups: blocks first, then memory from the hot border on. Not thread-safe.</summary>
internal sealed class ShardReader : SeriesConsumer, IDisposable
{
    private readonly QueryPlan _plan;
    private readonly List<string[]> _groupValues;
    private readonly GroupSet _groups;
    private readonly BlockReadContext _context;
    private readonly ReadRules _rules;
    private readonly GroupAccumulator?[] _accumulators;
    private readonly long[] _timestamps = ArrayPool<long>.Shared.Rent(SeriesBuffer.ReadCapacity);
    private readonly double[] _values = ArrayPool<double>.Shared.Rent(SeriesBuffer.ReadCapacity);
    private readonly List<(long TimestampMs, byte[] Serialized)> _distributions = [];
    private ShardScan _scan = null!;
    private Sample?[]? _before;
    private GroupAccumulator _into = null!;
    private PartFigures? _memory;

    public ShardReader(QueryPlan plan, List<string[]> groupValues, GroupSet groups, QueryBudget budget, CancellationToken cancellation)
    {
        _plan = plan;
        _groupValues = groupValues;
        _groups = groups;
        _context = new BlockReadContext(budget, groups.Report, plan.Explain, cancellation);
        _rules = ReadRules.Of(plan);
        _accumulators = new GroupAccumulator?[groupValues.Count];
    }

    /// <summary>Reads some series of a shard.</summary>
    /// <param name="scan">The shard.</param>
    /// <param name="from">The first series.</param>
    /// <param name="to">The last one, exclusive.</param>
    public async ValueTask ReadAsync(ShardScan scan, int from, int to)
    {
        _scan = scan;
        _before = null;
        if (_rules.NeedsIncrease && scan.HasBlocks)
        {
            _before = await new Lookback(scan, _plan, _context with { Explains = false }).FindAsync(from, to);
        }

        if (scan.LateWindows.Count == 0 && !Array.Exists(scan.Plans, static p => p.Length != 0))
        {
            for (var i = from; i < to; i++)
            {
                Begin(i);
                End(i);
            }

            return;
        }

        using var pass = new BlockPass(scan, _context, _rules);
        for (var i = 0; i < scan.Spans.Count; i++)
        {
            var @class = i;
            var series = new List<int>(to - from);
            for (var number = from; number < to; number++)
            {
                if (scan.Series[number].Class == @class)
                {
                    series.Add(number);
                }
            }

            await pass.ReadAsync(
                series,
                scan.Plans[@class],
                windows => scan.PlanOf(_plan.FromMs, Math.Min(_plan.ToMs, scan.HotFromMs), _plan.IntervalMs, @class, windows),
                this);
        }
    }

    public override GroupAccumulator Begin(int series)
    {
        var entry = _scan.Series[series];
        _into = _accumulators[entry.Group] ??= _groups[_groupValues[entry.Group]];
        if (_rules.NeedsIncrease)
        {
            _into.BeginSeries(
                _before is not null ? _before[series]
                : entry.Live is { } live && live.TryGetBefore(_plan.FromMs, out var before) ? before
                : null);
        }

        return _into;
    }

    public override void End(int series)
    {
        var entry = _scan.Series[series];
        var fromMs = _scan.MemoryFromMs(_plan, entry.Class);
        if (entry.Live is not { } live || fromMs >= _plan.ToMs)
        {
            return;
        }

        _memory = null;
        if (_rules.TakesAggregates)
        {
            ReadOrAggregate(live, fromMs);
        }
        else
        {
            Read(live, fromMs);
        }

        _distributions.Clear();
        live.ReadDistributions(fromMs, _plan.ToMs, _distributions);
        Count(fromMs, _distributions.Count, isAggregate: false);
        foreach (var (timestampMs, serialized) in _distributions)
        {
            if (TDigest.TryRead(serialized, out var digest))
            {
                _into.Add(timestampMs, digest!);
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<long>.Shared.Return(_timestamps);
        ArrayPool<double>.Shared.Return(_values);
    }

    private void ReadOrAggregate(LiveSeries live, long fromMs)
    {
        var next = fromMs;
        int read;
        while ((read = live.ReadOrAggregate(ref next, _plan.ToMs, _rules.BucketEndOf, _timestamps, _values, out var aggregates)) != 0)
        {
            if (read < 0)
            {
                Count(fromMs, 0, isAggregate: true);
                if (aggregates.Count > 0)
                {
                    _into.Add(aggregates.LastMs, aggregates);
                }
            }
            else
            {
                Count(fromMs, read, isAggregate: false);
                _into.Add(_timestamps.AsSpan(0, read), _values.AsSpan(0, read));
            }
        }
    }

    private void Read(LiveSeries live, long fromMs)
    {
        var next = fromMs;
        int read;
        while ((read = live.Read(ref next, _plan.ToMs, _timestamps, _values)) != 0)
        {
            Count(fromMs, read, isAggregate: false);
            _into.Add(_timestamps.AsSpan(0, read), _values.AsSpan(0, read));
        }
    }

    private void Count(long fromMs, int samples, bool isAggregate)
    {
        _context.Budget.TakeSamples(samples);
        if (!_context.Explains || (samples == 0 && !isAggregate))
        {
            return;
        }

        if (_memory is null)
        {
            _memory = _context.Report.Part(new PartKey(fromMs, _plan.ToMs, BlockTier.Hot, Resolution.Raw));
            _memory.Series++;
        }

        _memory.Samples += samples;
        _memory.Chunks += isAggregate ? 0 : 1;
        _memory.ChunksByAggregates += isAggregate ? 1 : 0;
    }
}

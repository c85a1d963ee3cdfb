using Metrics.Core.Blocks;
using Metrics.Core.Model;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Query.Planning;
using Metrics.Core.Rollups;
using Metrics.Core.Sketches;
using Metrics.Core.Storage;

namespace Metrics.Core.Query.Reading;

/// <summary>The samples of one series as they came, out of memory and blocks.</summary>
public sealed class SeriesPoints(TimeProvider time, BlockSource? blocks = null)
{
    /// <summary>Any chunk has to be decoded.</summary>
    private static readonly ReadRules Rules = new(TakesAggregates: false, NeedsIncrease: false, static _ => long.MaxValue);

    /// <summary>Samples in order of time, NaNs too.</summary>
    /// <param name="id">The series.</param>
    /// <param name="shard">Its shard.</param>
    /// <param name="fromMs">Inclusive.</param>
    /// <param name="toMs">Exclusive.</param>
    /// <param name="options">At most <see cref="QueryOptions.MaxPoints"/> of them.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="QueryLimitException">There are more than that, or it took too long.</exception>
    /// <exception cref="IOException">A block that may have some of them cannot be read.</exception>
    public async Task<List<Sample>> ReadAsync(
        SeriesId id, Shard shard, long fromMs, long toMs, QueryOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(shard);
        ArgumentNullException.ThrowIfNull(options);
        var collector = new Collector(options.MaxPoints);

        // Asked before the view is taken, as for any query.
        var unsealedMs = shard.Find(id)?.OldestUnsealedMs ?? long.MaxValue;
        using var lease = blocks?.Views.Lease();
        var spans = new RetentionClasses(blocks?.Filter ?? NoReadFilter.Instance, new SeriesSelector(shard.Find(id) is { } known ? MetricOf(shard, known.Ordinal) : null, []));
        using var scan = new ShardScan(shard, lease?[shard.Number], blocks, spans.Spans, time.GetUtcNow().ToUnixTimeMilliseconds());
        var live = shard.Find(id);
        scan.Series.Add(new ScanSeries(id, live, 0, unsealedMs, 0));
        if (scan.HasBlocks && fromMs < scan.HotFromMs)
        {
            var stretch = new Stretch(
                Math.Max(fromMs, spans.Spans[0].FloorMs(Resolution.Raw, scan.NowMs)), Math.Min(toMs, scan.HotFromMs), Resolution.Raw);
            var budget = new QueryBudget(options, time, cancellation);
            using var pass = new BlockPass(scan, new BlockReadContext(budget, new ReadReport(), false, cancellation), Rules);
            PlannedStretch[] stretches = [new PlannedStretch(stretch, scan.UsesOf(stretch))];
            await pass.ReadAsync([0], stretches, stretch.FromMs, stretch.ToMs, (_, _) => stretches, collector);
            if (scan.Uses.FirstOrDefault(static u => u.Failure is not null) is { } failed)
            {
                throw new IOException($"Block {failed.Info.Name} cannot be read: {failed.Failure!.Message}", failed.Failure);
            }
        }

        collector.Add(live, Math.Max(fromMs, scan.HotFromMs), toMs);
        return collector.Samples;
    }

    /// <summary>The key of a series that blocks have; null when none has it.</summary>
    public async Task<SeriesKey?> FindKeyAsync(SeriesId id, Shard shard, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(shard);
        if (blocks is null)
        {
            return null;
        }

        using var lease = blocks.Views.Lease();
        using var scan = new ShardScan(shard, lease[shard.Number], blocks, [RetentionSpans.Forever], 0);
        scan.PlanOf(long.MinValue, scan.HotFromMs, null, 0, IntervalSet.Empty, IntervalSet.Empty);
        foreach (var use in scan.Uses)
        {
            if (await use.OpenAsync(cancellation) && use.Reader.Find(id) is >= 0 and var row && !use.IsDeleted(row))
            {
                return use.Reader.KeyOf(row);
            }
        }

        return null;
    }

    private static string? MetricOf(Shard shard, int ordinal) => shard.Index.TryGetKey(ordinal, out var key) ? key.Metric : null;

    private sealed class Collector(long most) : SeriesConsumer
    {
        private readonly Appender _appender = new(most);

        public List<Sample> Samples => _appender.Samples;

        public override GroupAccumulator Begin(int series) => _appender;

        public void Add(Series.LiveSeries? live, long fromMs, long toMs)
        {
            var scratch = Series.ReadScratch.Rent();
            int read;
            while (live is not null && (read = live.Read(ref fromMs, toMs, scratch.Timestamps, scratch.Values)) != 0)
            {
                _appender.Add(scratch.Timestamps.AsSpan(0, read), scratch.Values.AsSpan(0, read));
            }
        }
    }

    private sealed class Appender(long most) : GroupAccumulator(default)
    {
        public List<Sample> Samples { get; } = [];

        public override void Add(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
        {
            if (Samples.Count + timestampsMs.Length > most)
            {
                throw new QueryLimitException(
                    $"{QueryOptions.Section}:{nameof(QueryOptions.MaxPoints)}", $"the range has more than {most} points; ask for a shorter one");
            }

            for (var i = 0; i < timestampsMs.Length; i++)
            {
                Samples.Add(new Sample(timestampsMs[i], values[i]));
            }
        }

        public override void Add(long timestampMs, TDigest distribution)
        {
        }

        public override void Add(in RollupRow row, scoped ref RollupReader reader, int index)
        {
        }

        public override void Merge(GroupAccumulator other) => throw new NotSupportedException();

        public override void Finish(Aggregation aggregation, List<long> timestampsMs, List<double> values) => throw new NotSupportedException();

        public override void Write(PartialWriter writer) => throw new NotSupportedException();

        public override void Read(ref PartialReader reader) => throw new NotSupportedException();
    }
}

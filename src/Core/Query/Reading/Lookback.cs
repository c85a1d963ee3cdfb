using Metrics.Core.Blocks;
using Metrics.Core.Model;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Query.Planning;

namespace Metrics.Core.Query.Reading;

/// <summary>Finds the newest value of each series before a query's range, where an increase begins: in memory, else in blocks from the newest back.</summary>
internal sealed class Lookback(ShardScan scan, QueryPlan plan, BlockReadContext context)
{
    private const long DayMs = 24 * 60 * 60 * 1000;

    private readonly Sample?[] _before = new Sample?[scan.Series.Count];

    /// <summary>Looks for some of the scan's series.</summary>
    /// <returns>By number of the series; null where there is none.</returns>
    public async ValueTask<Sample?[]> FindAsync(int from, int to)
    {
        var open = new List<int>[scan.Spans.Count];
        for (var i = from; i < to; i++)
        {
            var series = scan.Series[i];
            if (series.Live is { } live && live.TryGetBefore(plan.FromMs, out var newest)
                && newest.TimestampMs >= scan.Spans[series.Class].FloorMs(Resolution.Raw, scan.NowMs))
            {
                _before[i] = newest;
            }

            // Older than the border, a block may have a newer one.
            if (scan.HasBlocks && !(_before[i]?.TimestampMs >= scan.HotFromMs))
            {
                (open[series.Class] ??= []).Add(i);
            }
        }

        for (var @class = 0; @class < open.Length; @class++)
        {
            if (open[@class] is { } series)
            {
                await LookInBlocksAsync(series, @class);
            }
        }

        return _before;
    }

    private async ValueTask LookInBlocksAsync(List<int> series, int @class)
    {
        var planned = scan.PlanOf(long.MinValue, Math.Min(plan.FromMs, scan.HotFromMs), null, @class, IntervalSet.Empty, IntervalSet.Empty);
        var consumer = new Consumer(_before);
        using var pass = new BlockPass(scan, context, LastValue.Rules);
        for (var i = planned.Length - 1; i >= 0 && series.Count != 0; i--)
        {
            foreach (var slice in SlicesFromTheEnd(planned[i].Stretch))
            {
                await pass.ReadAsync(
                    series,
                    [new PlannedStretch(slice, scan.UsesOf(slice))],
                    slice.FromMs,
                    slice.ToMs,
                    (windows, late) => scan.PlanOf(slice.FromMs, slice.ToMs, null, @class, windows, late),
                    consumer);
                series.RemoveAll(consumer.Found.Contains);
                if (series.Count == 0)
                {
                    break;
                }
            }
        }
    }

    /// <summary>A series that goes on has its newest value at the end, so that not all of a long stretch need be looked at.</summary>
    private static IEnumerable<Stretch> SlicesFromTheEnd(Stretch stretch)
    {
        var length = stretch.Resolution switch
        {
            Resolution.Day => long.MaxValue,
            Resolution.Hour => 30 * DayMs,
            _ => DayMs,
        };
        for (var to = stretch.ToMs; to > stretch.FromMs;)
        {
            var from = length == long.MaxValue ? stretch.FromMs : Math.Max(stretch.FromMs, TimeAlign.Down(to - 1, length));
            yield return stretch with { FromMs = from, ToMs = to };
            to = from;
        }
    }

    private sealed class Consumer(Sample?[] before) : SeriesConsumer
    {
        private readonly LastValue _last = new();

        public HashSet<int> Found { get; } = [];

        public override GroupAccumulator Begin(int series)
        {
            _last.Clear();
            return _last;
        }

        public override void End(int series)
        {
            if (_last.Newest is { } newest)
            {
                Found.Add(series);

                // At the same time memory's is the newer one.
                before[series] = before[series] is { } known && known.TimestampMs >= newest.TimestampMs ? known : newest;
            }
        }
    }
}

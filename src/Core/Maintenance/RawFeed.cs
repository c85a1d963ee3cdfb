using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Merging;
using Metrics.Core.Rollups;
using Metrics.Core.Sketches;

namespace Metrics.Core.Maintenance;

/// <summary>The samples and distributions of one series, on their way into rows. Reused; not thread-safe.</summary>
internal sealed class RawFeed
{
    private readonly SampleMerger _samples = new();
    private readonly DistributionMerger _distributions = new();
    private readonly List<(long TimestampMs, double Value)> _sorted = [];

    /// <summary>Samples and distributions that came by since the start.</summary>
    public long Samples { get; private set; }

    /// <summary>Adds everything of a range, or of some blocks.</summary>
    public void AddTo(RollupBuilder builder, SeriesChunks chunks, IReadOnlyList<Cut> cuts, long fromMs, long toMs, Predicate<BlockInfo>? which = null)
    {
        _samples.Run(
            chunks,
            cuts,
            fromMs,
            toMs,
            (timestamps, values) =>
            {
                Samples += timestamps.Length;
                builder.Add(timestamps, values);
            },
            which);
        foreach (var (timestamp, (_, serialized)) in _distributions.Run(chunks, cuts, fromMs, toMs, which))
        {
            Samples++;
            if (TDigest.TryRead(serialized, out var digest))
            {
                builder.Add(timestamp, digest!);
            }
        }
    }

    /// <summary>Values by row, as a row counts them.</summary>
    public void CountRows(
        SeriesChunks chunks, IReadOnlyList<Cut> cuts, long lengthMs, long fromMs, long toMs, Predicate<BlockInfo>? which, Dictionary<long, double> into)
    {
        into.Clear();
        _samples.Run(
            chunks,
            cuts,
            fromMs,
            toMs,
            (timestamps, values) =>
            {
                for (var i = 0; i < timestamps.Length; i++)
                {
                    if (!double.IsNaN(values[i]))
                    {
                        Count(timestamps[i], 1);
                    }
                }
            },
            which);
        foreach (var (timestamp, (_, serialized)) in _distributions.Run(chunks, cuts, fromMs, toMs, which))
        {
            if (TDigest.TryRead(serialized, out var digest))
            {
                Count(timestamp, digest!.Count);
            }
        }

        void Count(long timestampMs, double values)
        {
            var start = StartOf(timestampMs, lengthMs);
            into[start] = into.GetValueOrDefault(start) + values;
        }
    }

    /// <summary>Adds all samples of most rows, and those of new blocks alone of the rows that are named.</summary>
    public void AddMixed(RollupBuilder builder, SeriesChunks chunks, IReadOnlyList<Cut> cuts, long lengthMs, long fromMs, long toMs, HashSet<long> newOnly)
    {
        _sorted.Clear();
        _samples.Run(chunks, cuts, fromMs, toMs, (timestamps, values) => Collect(timestamps, values, wanted: false));
        _samples.Run(chunks, cuts, fromMs, toMs, (timestamps, values) => Collect(timestamps, values, wanted: true), static b => !b.RolledUp);
        _sorted.Sort(static (a, b) => a.TimestampMs.CompareTo(b.TimestampMs));
        builder.Add(_sorted.Select(static s => s.TimestampMs).ToArray(), _sorted.Select(static s => s.Value).ToArray());
        foreach (var (timestamp, (_, serialized)) in _distributions.Run(chunks, cuts, fromMs, toMs))
        {
            AddDistribution(timestamp, serialized, wanted: false);
        }

        foreach (var (timestamp, (_, serialized)) in _distributions.Run(chunks, cuts, fromMs, toMs, static b => !b.RolledUp))
        {
            AddDistribution(timestamp, serialized, wanted: true);
        }

        void Collect(ReadOnlySpan<long> timestamps, ReadOnlySpan<double> values, bool wanted)
        {
            for (var i = 0; i < timestamps.Length; i++)
            {
                if (newOnly.Contains(StartOf(timestamps[i], lengthMs)) == wanted)
                {
                    _sorted.Add((timestamps[i], values[i]));
                }
            }
        }

        void AddDistribution(long timestampMs, byte[] serialized, bool wanted)
        {
            if (newOnly.Contains(StartOf(timestampMs, lengthMs)) == wanted && TDigest.TryRead(serialized, out var digest))
            {
                builder.Add(timestampMs, digest!);
            }
        }
    }

    public static long StartOf(long timestampMs, long lengthMs) => timestampMs - (((timestampMs % lengthMs) + lengthMs) % lengthMs);
}

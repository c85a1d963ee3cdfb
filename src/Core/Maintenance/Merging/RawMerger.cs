using Metrics.Core.Blocks;
using Metrics.Core.Series;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>
/// The chunks of one series from several blocks as chunks of one block: copied as they are, but for those that overlap, that a deletion
/// cuts, and that are so small that neighbours are better joined. Reused; not thread-safe.
/// </summary>
internal sealed class RawMerger
{
    private const int TinySamples = 128;

    private readonly List<int> _order = [];
    private readonly List<int> _group = [];
    private readonly SampleMerger _merger = new();
    private readonly SampleChunkEncoder _encoder = new();
    private readonly DistributionMerger _distributions = new();

    /// <summary>Chunks copied without looking into them.</summary>
    public long Copied { get; private set; }

    /// <summary>Samples that were decoded and encoded again.</summary>
    public long Recoded { get; private set; }

    public void Run(SeriesChunks chunks, IReadOnlyList<Cut> cuts, ChunkSink sink)
    {
        chunks.Sort(ChunkKind.Samples, _order);
        var next = 0;
        while (next < _order.Count)
        {
            next = TakeGroup(chunks, cuts, next, out var isCopy);
            if (isCopy)
            {
                sink(chunks.Meta(_group[0]), chunks.Bytes(_group[0]));
                Copied++;
            }
            else
            {
                _merger.Run(chunks, _group, cuts, long.MinValue, long.MaxValue, (timestamps, values) =>
                {
                    Recoded += timestamps.Length;
                    _encoder.Add(timestamps, values, sink);
                });
                _encoder.Finish(sink);
            }
        }

        MergeDistributions(chunks, cuts, sink);
    }

    /// <summary>Chunks that overlap, or tiny neighbours up to a chunk's size.</summary>
    /// <returns>The first chunk after them.</returns>
    private int TakeGroup(SeriesChunks chunks, IReadOnlyList<Cut> cuts, int from, out bool isCopy)
    {
        _group.Clear();
        var to = from;
        long samples = 0;
        do
        {
            to = TakeOverlapping(chunks, to, ref samples, out var isTiny);
            if (!isTiny)
            {
                break;
            }
        }
        while (to < _order.Count && IsTinyAlone(chunks, to) && samples + chunks.Meta(_order[to]).Count <= SeriesBuffer.MaxChunkSamples);
        var meta = chunks.Meta(_group[0]);
        isCopy = _group.Count == 1 && !Cut.AnyTouches(cuts, meta.MinMs, meta.MaxMs, chunks.Block(_group[0]).Sequence);
        return to;
    }

    private int TakeOverlapping(SeriesChunks chunks, int from, ref long samples, out bool isTiny)
    {
        var to = from;
        var endMs = long.MinValue;
        long taken = 0;
        while (to < _order.Count && (to == from || chunks.Meta(_order[to]).MinMs <= endMs))
        {
            var meta = chunks.Meta(_order[to]);
            _group.Add(_order[to++]);
            endMs = Math.Max(endMs, meta.MaxMs);
            taken += meta.Count;
        }

        samples += taken;
        isTiny = taken < TinySamples;
        return to;
    }

    private bool IsTinyAlone(SeriesChunks chunks, int at) =>
        chunks.Meta(_order[at]).Count < TinySamples
        && (at + 1 == _order.Count || chunks.Meta(_order[at + 1]).MinMs > chunks.Meta(_order[at]).MaxMs);

    private void MergeDistributions(SeriesChunks chunks, IReadOnlyList<Cut> cuts, ChunkSink sink)
    {
        chunks.Sort(ChunkKind.Distributions, _order);
        if (_order.Count == 0)
        {
            return;
        }

        if (!NeedsMerging(chunks, cuts))
        {
            foreach (var index in _order)
            {
                sink(chunks.Meta(index), chunks.Bytes(index));
                Copied++;
            }

            return;
        }

        var window = new List<(long TimestampMs, byte[] Serialized)>();
        foreach (var (timestamp, (_, serialized)) in _distributions.Run(chunks, cuts, long.MinValue, long.MaxValue))
        {
            if (window.Count != 0 && SeriesBuffer.WindowOf(window[0].TimestampMs) != SeriesBuffer.WindowOf(timestamp))
            {
                DistributionMerger.Encode(window, sink);
                window.Clear();
            }

            window.Add((timestamp, serialized));
            Recoded++;
        }

        if (window.Count != 0)
        {
            DistributionMerger.Encode(window, sink);
        }
    }

    private bool NeedsMerging(SeriesChunks chunks, IReadOnlyList<Cut> cuts)
    {
        var endMs = long.MinValue;
        foreach (var index in _order)
        {
            var meta = chunks.Meta(index);
            if (meta.MinMs <= endMs || Cut.AnyTouches(cuts, meta.MinMs, meta.MaxMs, chunks.Block(index).Sequence))
            {
                return true;
            }

            endMs = meta.MaxMs;
        }

        return false;
    }
}

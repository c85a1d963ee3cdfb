using System.Buffers;
using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Series;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>The distributions of one series from several chunks: at equal timestamps that of the newest block. Reused; not thread-safe.</summary>
internal sealed class DistributionMerger
{
    private readonly List<int> _order = [];
    private readonly List<(long TimestampMs, byte[] Serialized)> _read = [];
    private readonly SortedDictionary<long, (long Sequence, byte[] Serialized)> _merged = [];

    /// <summary>Ascending.</summary>
    /// <exception cref="BlockDamagedException">A chunk's bytes are not distributions.</exception>
    public IReadOnlyCollection<KeyValuePair<long, (long Sequence, byte[] Serialized)>> Run(
        SeriesChunks chunks, IReadOnlyList<Cut> cuts, long fromMs, long toMs, Predicate<BlockInfo>? which = null)
    {
        _merged.Clear();
        chunks.Sort(ChunkKind.Distributions, _order, which);
        foreach (var index in _order)
        {
            var meta = chunks.Meta(index);
            var sequence = chunks.Block(index).Sequence;
            _read.Clear();
            try
            {
                DistributionChunk.Read(chunks.Bytes(index), meta.Count, _read);
            }
            catch (InvalidDataException e)
            {
                throw new BlockDamagedException(chunks.Block(index).Name, $"the chunk at {meta.Offset} cannot be decoded: {e.Message}");
            }

            foreach (var (timestamp, serialized) in _read)
            {
                if (timestamp >= fromMs && timestamp < toMs && !Cut.AnyHides(cuts, timestamp, sequence)
                    && (!_merged.TryGetValue(timestamp, out var present) || present.Sequence <= sequence))
                {
                    _merged[timestamp] = (sequence, serialized);
                }
            }
        }

        return _merged;
    }

    /// <summary>Writes distributions as a chunk.</summary>
    public static void Encode(IReadOnlyList<(long TimestampMs, byte[] Serialized)> distributions, ChunkSink sink)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        DistributionChunk.Write(bytes, distributions);
        sink(
            new ChunkMeta(
                ChunkKind.Distributions, distributions[0].TimestampMs, distributions[^1].TimestampMs, distributions.Count, ValueAggregates.Of(distributions), 0, bytes.WrittenCount, 0),
            bytes.WrittenSpan);
    }
}

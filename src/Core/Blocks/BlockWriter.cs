using Metrics.Core.Files;
using Metrics.Core.Model;

namespace Metrics.Core.Blocks;

/// <summary>Writes one block file: series in ascending order of their canonical form, the chunks of each in order of time.</summary>
public sealed class BlockWriter : IDisposable
{
    /// <param name="file">Empty; written from the start, not closed and not flushed.</param>
    /// <param name="resolution">Of all chunks.</param>
    /// <param name="shard">The shard that the series belong to.</param>
    /// <param name="fromMs">Start of the window.</param>
    /// <param name="toMs">End of the window, exclusive.</param>
    /// <param name="sequence">The block's place in the shard's history.</param>
    public BlockWriter(IFile file, Resolution resolution, int shard, long fromMs, long toMs, long sequence) => throw new NotImplementedException();

    /// <summary>Samples, distributions or rows so far.</summary>
    public long Samples => throw new NotImplementedException();

    /// <summary>Series so far that have chunks.</summary>
    public int Series => throw new NotImplementedException();

    /// <summary>The chunks that follow are of this series. One without chunks is left out.</summary>
    /// <exception cref="ArgumentException">Its canonical form is not greater than the one before.</exception>
    public void BeginSeries(SeriesKey key) => throw new NotImplementedException();

    /// <summary>Adds a chunk of the series begun last; offset and CRC in the meta are computed here. Chunks may overlap in time.</summary>
    public void AddChunk(in ChunkMeta meta, ReadOnlySpan<byte> bytes) => throw new NotImplementedException();

    /// <summary>Writes index and footer.</summary>
    /// <returns>What the catalog says of it but for name and creation time.</returns>
    public BlockSummary Finish() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>What was written.</summary>
public readonly record struct BlockSummary(long MinMs, long MaxMs, int Series, long Samples, long Bytes);

using Metrics.Core.Sketches;

namespace Metrics.Core.Rollups;

/// <summary>Reduces one series' samples, in ascending time, to the rows of one resolution. Reused from series to series; not thread-safe.</summary>
public sealed class RollupBuilder
{
    /// <param name="lengthMs">Length of a row; rows are aligned to the epoch.</param>
    public RollupBuilder(long lengthMs) => throw new NotImplementedException();

    /// <summary>Rows so far.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>Samples, ascending, after all before.</summary>
    public void Add(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values) => throw new NotImplementedException();

    /// <summary>A distribution, in whatever order.</summary>
    public void Add(long timestampMs, TDigest distribution) => throw new NotImplementedException();

    /// <summary>A row of a finer resolution with its distribution, ascending; or one of the same resolution to be joined with what is there.</summary>
    public void Add(in RollupRow row, ref RollupReader distribution, int index) => throw new NotImplementedException();

    /// <summary>Encodes the rows as one or more chunks and forgets them.</summary>
    /// <param name="onChunk">Called with what a block needs to know and the bytes.</param>
    public void Finish(RollupChunkHandler onChunk) => throw new NotImplementedException();
}

/// <summary>Takes an encoded chunk; the bytes are reused after the call.</summary>
public delegate void RollupChunkHandler(in Blocks.ChunkMeta meta, ReadOnlySpan<byte> bytes);

using Metrics.Core.Blocks;

namespace Metrics.Core.Series;

/// <summary>Chunks of one series copied out for a block, and the means to say that the block has them now. Reused; not thread-safe.</summary>
public sealed class SealedChunks
{
    /// <summary>Chunks of samples and, when there are any, one of distributions a window: metas (offset and CRC unset) and bytes.</summary>
    public IReadOnlyList<(ChunkMeta Meta, ReadOnlyMemory<byte> Bytes)> Chunks => throw new NotImplementedException();

    /// <summary>Keeps what <see cref="SealTicket.MarkSealed"/> will need after this is reused for the next series.</summary>
    public SealTicket TakeTicket() => throw new NotImplementedException();

    public void Clear() => throw new NotImplementedException();
}

/// <summary>Which chunks of a series a block has: to be marked when the block is durable.</summary>
public sealed class SealTicket
{
    /// <summary>Chunks that were not replaced meanwhile need not be sealed again, and may leave memory.</summary>
    public void MarkSealed() => throw new NotImplementedException();
}

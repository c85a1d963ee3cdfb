namespace Metrics.Core.Blocks;

/// <summary>The bytes of one block object, wherever they are now: a local file, the disk cache, the object store.</summary>
public interface IBlockFile : IDisposable
{
    /// <summary>Bytes in the object.</summary>
    long Length { get; }

    /// <summary>Which tier a read is answered from, for <c>explain</c>.</summary>
    BlockTier Tier { get; }

    /// <summary>Fills the destination. Completes synchronously when the bytes are local.</summary>
    /// <exception cref="ObjectStorage.ObjectStoreException">The bytes cannot be had now, or are not there.</exception>
    /// <exception cref="InvalidDataException">The object ends before.</exception>
    ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellation = default);
}

/// <summary>Where bytes are.</summary>
public enum BlockTier : byte
{
    /// <summary>Memory.</summary>
    Hot,

    /// <summary>Local disk.</summary>
    Warm,

    /// <summary>The object store.</summary>
    Cold,
}

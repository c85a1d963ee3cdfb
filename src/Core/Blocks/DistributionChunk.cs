using System.Buffers;

namespace Metrics.Core.Blocks;

/// <summary>The bytes of a chunk of distributions: timestamps and serialized digests, ascending.</summary>
public static class DistributionChunk
{
    public static void Write(IBufferWriter<byte> destination, IReadOnlyList<(long TimestampMs, byte[] Serialized)> distributions) => throw new NotImplementedException();

    /// <exception cref="InvalidDataException">The bytes are not a chunk of distributions.</exception>
    public static void Read(ReadOnlySpan<byte> source, int count, List<(long TimestampMs, byte[] Serialized)> into) => throw new NotImplementedException();
}

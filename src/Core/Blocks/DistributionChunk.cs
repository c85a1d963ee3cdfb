using System.Buffers;

namespace Metrics.Core.Blocks;

/// <summary>The bytes of a chunk of distributions: timestamps and serialized digests, ascending.</summary>
public static class DistributionChunk
{
    private const byte Version = 1;

    /// <exception cref="ArgumentException">The timestamps do not ascend.</exception>
    public static void Write(IBufferWriter<byte> destination, IReadOnlyList<(long TimestampMs, byte[] Serialized)> distributions)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(distributions);
        var sink = new ByteSink();
        sink.Byte(Version);
        var last = 0L;
        for (var i = 0; i < distributions.Count; i++)
        {
            var (timestampMs, serialized) = distributions[i];
            if (i == 0)
            {
                sink.Signed(timestampMs);
            }
            else if (timestampMs > last)
            {
                sink.Varint((ulong)timestampMs - (ulong)last);
            }
            else
            {
                throw new ArgumentException($"The distribution at {timestampMs} does not come after the one at {last}.", nameof(distributions));
            }

            sink.Varint(serialized.Length);
            sink.Bytes(serialized);
            last = timestampMs;
        }

        destination.Write(sink.Written);
    }

    /// <exception cref="InvalidDataException">The bytes are not a chunk of distributions.</exception>
    public static void Read(ReadOnlySpan<byte> source, int count, List<(long TimestampMs, byte[] Serialized)> into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentNullException.ThrowIfNull(into);
        var bytes = new ByteSource(source);
        if (bytes.Byte() is var version && version != Version)
        {
            throw bytes.Damaged($"a chunk of distributions is of version {version}, and this program reads version {Version} only");
        }

        if (count > bytes.Remaining)
        {
            throw bytes.Damaged($"{count} distributions are in {bytes.Remaining} bytes");
        }

        var last = 0L;
        for (var i = 0; i < count; i++)
        {
            var timestampMs = i == 0 ? bytes.Signed() : (long)((ulong)last + bytes.Varint());
            if (i > 0 && timestampMs <= last)
            {
                throw bytes.Damaged($"the distribution at {timestampMs} does not come after the one at {last}");
            }

            into.Add((timestampMs, bytes.Take(bytes.Int32(bytes.Remaining, "the length of a distribution")).ToArray()));
            last = timestampMs;
        }

        bytes.AtEnd();
    }
}

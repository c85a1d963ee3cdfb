using Metrics.Core.Compression;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Compression;

/// <summary>Whole chunks encoded and decoded through the public API, for the tests.</summary>
internal static class Chunks
{
    public static byte[] Encode(IReadOnlyList<Sample> samples)
    {
        ChunkAppender appender = default;
        byte[] buffer = [];
        foreach (Sample sample in samples)
        {
            Append(ref appender, ref buffer, sample);
        }

        return buffer[..appender.Length];
    }

    /// <summary>Appends as an owner of a buffer does: on refusal the bytes in use move to a larger one.</summary>
    public static void Append(ref ChunkAppender appender, ref byte[] buffer, Sample sample)
    {
        while (!appender.TryAppend(buffer, sample.TimestampMs, sample.Value))
        {
            byte[] larger = new byte[buffer.Length + 5];
            // What lies past the bytes in use must not matter.
            larger.AsSpan().Fill(0xA5);
            buffer.AsSpan(0, appender.Length).CopyTo(larger);
            buffer = larger;
        }
    }

    public static List<Sample> Decode(ReadOnlySpan<byte> chunk, int count, int block = 13)
    {
        var reader = new ChunkReader(chunk, count);
        var samples = new List<Sample>();
        long[] timestamps = new long[block];
        double[] values = new double[block];
        int read;
        while ((read = reader.Read(timestamps, values)) > 0)
        {
            for (int i = 0; i < read; i++)
            {
                samples.Add(new Sample(timestamps[i], values[i]));
            }
        }

        return samples;
    }

    /// <summary>Equality bit for bit, which <c>==</c> on doubles is not.</summary>
    public static IEnumerable<(long TimestampMs, long ValueBits)> Bits(IEnumerable<Sample> samples) =>
        samples.Select(s => (s.TimestampMs, BitConverter.DoubleToInt64Bits(s.Value)));
}

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Metrics.Core.Model;
using Metrics.Core.Series;

namespace Metrics.Core.Storage;

/// <summary>
/// What the write-ahead log's records say (docs/formats/wal.md): definitions give a series a number, samples and distributions
/// go by that number. All integers little-endian.
/// </summary>
internal static class WalRecords
{
    public const byte Definitions = 1;
    public const byte Samples = 2;
    public const byte Distributions = 3;
    public const byte Deletion = 4;

    public delegate void SamplesHandler(ReadOnlySpan<uint> references, ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values);

    public delegate void DistributionHandler(uint reference, long timestampMs, ReadOnlySpan<byte> serialized);

    /// <summary>Repeated: number (u32), length (u32), canonical form.</summary>
    public static void WriteDefinition(ArrayBufferWriter<byte> destination, uint reference, SeriesKey key)
    {
        var header = destination.GetSpan(8);
        BinaryPrimitives.WriteUInt32LittleEndian(header, reference);
        destination.Advance(8);
        var start = destination.WrittenCount;
        key.WriteCanonical(destination);
        var length = (uint)(destination.WrittenCount - start);
        var written = MemoryMarshal.AsMemory(destination.WrittenMemory).Span;
        BinaryPrimitives.WriteUInt32LittleEndian(written[(start - 4)..], length);
    }

    /// <summary>The same for a canonical form that is at hand.</summary>
    public static void WriteDefinition(ArrayBufferWriter<byte> destination, uint reference, ReadOnlySpan<byte> canonical)
    {
        var span = destination.GetSpan(8 + canonical.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(span, reference);
        BinaryPrimitives.WriteInt32LittleEndian(span[4..], canonical.Length);
        canonical.CopyTo(span[8..]);
        destination.Advance(8 + canonical.Length);
    }

    /// <param name="payload">The record.</param>
    /// <param name="isKnown">Whether a number needs no definition any more: most stand in both logs, and keys take time to read.</param>
    /// <param name="onDefinition">Called for each that is not known.</param>
    public static void ReadDefinitions(ReadOnlySpan<byte> payload, Func<uint, bool> isKnown, Action<uint, SeriesKey> onDefinition)
    {
        while (!payload.IsEmpty)
        {
            var reference = BinaryPrimitives.ReadUInt32LittleEndian(payload);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]);
            if (length > payload.Length - 8)
            {
                throw new InvalidDataException("a series definition that cannot be read");
            }

            if (!isKnown(reference))
            {
                onDefinition(
                    reference,
                    SeriesKey.TryParseCanonical(payload.Slice(8, (int)length), out var key)
                        ? key
                        : throw new InvalidDataException("a series definition that cannot be read"));
            }

            payload = payload[(8 + (int)length)..];
        }
    }

    /// <summary>Bytes that <see cref="WriteSamples"/> needs at most.</summary>
    public static int MaxSamplesBytes(int count) => 4 + (count * (4 + 8 + 10));

    /// <summary>Samples that fit into so many bytes, whatever they are; at least one.</summary>
    public static int SamplesIn(int bytes) => Math.Max(1, (bytes - 4) / (4 + 8 + 10));

    /// <summary>
    /// Count (u32), the numbers (u32 each), the values (float64 each), then the timestamps: zigzag LEB128 of the difference
    /// to the one before.
    /// </summary>
    public static int WriteSamples(
        Span<byte> destination, ReadOnlySpan<LiveSeries> series, ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, series.Length);
        var references = MemoryMarshal.Cast<byte, uint>(destination.Slice(4, series.Length * 4));
        for (var i = 0; i < series.Length; i++)
        {
            references[i] = series[i].Reference;
        }

        var at = 4 + (series.Length * 4);
        MemoryMarshal.AsBytes(values).CopyTo(destination[at..]);
        at += series.Length * 8;
        long previous = 0;
        foreach (var timestamp in timestampsMs)
        {
            var difference = timestamp - previous;
            previous = timestamp;
            at += WriteZigZag(destination[at..], difference);
        }

        return at;
    }

    /// <summary>Hands over a whole record at once, or throws before any of it was.</summary>
    public static void ReadSamples(ReadOnlySpan<byte> payload, SamplesHandler onSamples)
    {
        var count = BinaryPrimitives.ReadInt32LittleEndian(payload);
        if (count < 0 || (long)count * 13 > payload.Length - 4)
        {
            throw new InvalidDataException("a samples record that is shorter than it says");
        }

        var references = MemoryMarshal.Cast<byte, uint>(payload.Slice(4, count * 4));
        var values = MemoryMarshal.Cast<byte, double>(payload.Slice(4 + (count * 4), count * 8));
        var rest = payload[(4 + (count * 12))..];
        var timestamps = ArrayPool<long>.Shared.Rent(count);
        try
        {
            long timestamp = 0;
            for (var i = 0; i < count; i++)
            {
                timestamp += ReadZigZag(ref rest);
                timestamps[i] = timestamp;
            }

            if (!rest.IsEmpty)
            {
                throw new InvalidDataException("a samples record that is longer than it says");
            }

            onSamples(references, timestamps.AsSpan(0, count), values);
        }
        finally
        {
            ArrayPool<long>.Shared.Return(timestamps);
        }
    }

    /// <summary>Bytes that <see cref="WriteDistribution"/> needs.</summary>
    public static int BytesOf(DistributionSample sample) => 16 + sample.Serialized.Length;

    /// <summary>Repeated: number (u32), timestamp (i64), length (u32), serialized digest.</summary>
    public static void WriteDistribution(IBufferWriter<byte> destination, DistributionSample sample)
    {
        var span = destination.GetSpan(16 + sample.Serialized.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(span, sample.Series.Reference);
        BinaryPrimitives.WriteInt64LittleEndian(span[4..], sample.TimestampMs);
        BinaryPrimitives.WriteInt32LittleEndian(span[12..], sample.Serialized.Length);
        sample.Serialized.CopyTo(span[16..]);
        destination.Advance(16 + sample.Serialized.Length);
    }

    public static void ReadDistributions(ReadOnlySpan<byte> payload, DistributionHandler onDistribution)
    {
        while (!payload.IsEmpty)
        {
            var reference = BinaryPrimitives.ReadUInt32LittleEndian(payload);
            var timestamp = BinaryPrimitives.ReadInt64LittleEndian(payload[4..]);
            var length = BinaryPrimitives.ReadInt32LittleEndian(payload[12..]);
            onDistribution(reference, timestamp, payload.Slice(16, length));
            payload = payload[(16 + length)..];
        }
    }

    private static int WriteZigZag(Span<byte> destination, long value)
    {
        var bits = (ulong)((value << 1) ^ (value >> 63));
        if (bits < 0x80)
        {
            destination[0] = (byte)bits;
            return 1;
        }

        var i = 0;
        for (; bits >= 0x80; bits >>= 7)
        {
            destination[i++] = (byte)(bits | 0x80);
        }

        destination[i++] = (byte)bits;
        return i;
    }

    private static long ReadZigZag(ref ReadOnlySpan<byte> source)
    {
        ulong bits = 0;
        for (var i = 0; i < 10; i++)
        {
            var next = source[i];
            bits |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80)
            {
                source = source[(i + 1)..];
                return (long)(bits >> 1) ^ -(long)(bits & 1);
            }
        }

        throw new InvalidDataException("a timestamp that is longer than ten bytes");
    }
}

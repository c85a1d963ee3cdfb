using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Metrics.Core.Model;

namespace Metrics.Grains.Ingestion;

/// <summary>
/// The message that carries samples to the silo that owns them, one blob, little-endian: the distinct series (id, then the
/// canonical form where the owner may not know it), then the samples as columns, then distributions.
/// </summary>
internal static class RemoteBatch
{
    /// <param name="samples">Samples of any silos' series.</param>
    /// <param name="rows">Those of them that the message is to carry.</param>
    /// <param name="withKeys">Send the key of these series, even if the owner is thought to know it.</param>
    /// <param name="sent">The distinct series in the message, in its order.</param>
    public static byte[] Write(RemoteSamples samples, OwnedRows rows, Func<RemoteSeries, bool> withKeys, out List<RemoteSeries> sent)
    {
        var numbers = new Dictionary<RemoteSeries, int>(ReferenceEqualityComparer.Instance);
        var distinct = new List<RemoteSeries>();
        rows.Samples.ForEach(row => Number(samples.Series[row]));
        rows.Distributions.ForEach(row => Number(samples.Distributions[row].Series));
        sent = distinct;

        var buffer = new ArrayBufferWriter<byte>(1024 + (rows.Samples.Count * 20) + (sent.Count * 24));
        WriteInt32(buffer, sent.Count);
        foreach (var series in sent)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(buffer.GetSpan(16), series.Id.Value);
            buffer.Advance(16);
            WriteBytes(buffer, withKeys(series) || !rows.Owner.Equals(series.KnownBy) ? series.Key.ToCanonical() : []);
        }

        WriteInt32(buffer, rows.Samples.Count);
        rows.Samples.ForEach(row => WriteInt32(buffer, numbers[samples.Series[row]]));
        rows.Samples.ForEach(row => WriteInt64(buffer, samples.TimestampsMs[row]));
        rows.Samples.ForEach(row => WriteInt64(buffer, BitConverter.DoubleToInt64Bits(samples.Values[row])));
        WriteInt32(buffer, rows.Distributions.Count);
        foreach (var row in rows.Distributions)
        {
            var (series, timestamp, serialized) = samples.Distributions[row];
            WriteInt32(buffer, numbers[series]);
            WriteInt64(buffer, timestamp);
            WriteBytes(buffer, serialized);
        }

        return buffer.WrittenSpan.ToArray();

        void Number(RemoteSeries series)
        {
            if (numbers.TryAdd(series, distinct.Count))
            {
                distinct.Add(series);
            }
        }
    }

    private static void WriteInt32(ArrayBufferWriter<byte> buffer, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
    }

    private static void WriteInt64(ArrayBufferWriter<byte> buffer, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer.GetSpan(8), value);
        buffer.Advance(8);
    }

    private static void WriteBytes(ArrayBufferWriter<byte> buffer, byte[] bytes)
    {
        WriteInt32(buffer, bytes.Length);
        buffer.Write(bytes);
    }

    /// <summary>Reads a message on the silo that it was for. What is shorter than it says throws <see cref="InvalidDataException"/>.</summary>
    public ref struct Reader(ReadOnlySpan<byte> message)
    {
        /// <summary>Id and length of the key.</summary>
        public const int MinSeriesBytes = 20;

        /// <summary>Number, timestamp and value.</summary>
        public const int SampleBytes = 20;

        /// <summary>Number, timestamp and length of the digest.</summary>
        public const int MinDistributionBytes = 16;

        private ReadOnlySpan<byte> _rest = message;

        public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

        public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

        public SeriesId ReadId() => new(BinaryPrimitives.ReadUInt128LittleEndian(Take(16)));

        public ReadOnlySpan<byte> ReadBytes() => Take(ReadInt32());

        /// <summary>How many entries follow, checked against what is left before anything is made for them.</summary>
        public int ReadCount(int minBytes)
        {
            var count = ReadInt32();
            return count >= 0 && count <= _rest.Length / minBytes
                ? count
                : throw new InvalidDataException($"a batch announces {count} entries in {_rest.Length} bytes");
        }

        /// <summary>The number of one of the message's series.</summary>
        public int ReadNumber(int seriesCount) => CheckNumber(ReadInt32(), seriesCount);

        public ReadOnlySpan<T> ReadColumn<T>(int count)
            where T : unmanaged => MemoryMarshal.Cast<byte, T>(Take(count * Marshal.SizeOf<T>()));

        /// <summary>Says that the message is over.</summary>
        public readonly void ThrowIfNotAtEnd()
        {
            if (!_rest.IsEmpty)
            {
                throw new InvalidDataException($"a batch has {_rest.Length} bytes too many");
            }
        }

        public static int CheckNumber(int number, int seriesCount) => (uint)number < (uint)seriesCount
            ? number
            : throw new InvalidDataException($"a batch has a sample of series {number}, but {seriesCount} series");

        private ReadOnlySpan<byte> Take(int length)
        {
            if (length < 0 || length > _rest.Length)
            {
                throw new InvalidDataException($"a batch needs {length} bytes where {_rest.Length} are left");
            }

            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }
    }
}

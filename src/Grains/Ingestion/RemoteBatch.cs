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
    /// <param name="owner">The silo that the message is for.</param>
    /// <param name="ownerOf">Who owns a shard.</param>
    /// <param name="withKeys">Send every key, whatever the owner is thought to know.</param>
    /// <param name="sent">The distinct series in the message, in its order.</param>
    public static byte[] Write(
        RemoteSamples samples, SiloAddress owner, Func<int, SiloAddress> ownerOf, Func<RemoteSeries, bool> withKeys, out List<RemoteSeries> sent)
    {
        var numbers = new Dictionary<RemoteSeries, int>(ReferenceEqualityComparer.Instance);
        var rows = new List<int>();
        for (var i = 0; i < samples.Series.Count; i++)
        {
            if (ownerOf(samples.Series[i].Shard).Equals(owner))
            {
                rows.Add(i);
                numbers.TryAdd(samples.Series[i], numbers.Count);
            }
        }

        var distributions = samples.Distributions.FindAll(d => ownerOf(d.Series.Shard).Equals(owner));
        distributions.ForEach(d => numbers.TryAdd(d.Series, numbers.Count));
        sent = [.. numbers.OrderBy(static n => n.Value).Select(static n => n.Key)];

        var buffer = new ArrayBufferWriter<byte>(1024 + (rows.Count * 20) + (sent.Count * 24));
        WriteInt32(buffer, sent.Count);
        foreach (var series in sent)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(buffer.GetSpan(16), series.Id.Value);
            buffer.Advance(16);
            WriteBytes(buffer, withKeys(series) || !owner.Equals(series.KnownBy) ? series.Key.ToCanonical() : []);
        }

        WriteInt32(buffer, rows.Count);
        rows.ForEach(row => WriteInt32(buffer, numbers[samples.Series[row]]));
        rows.ForEach(row => WriteInt64(buffer, samples.TimestampsMs[row]));
        rows.ForEach(row => WriteInt64(buffer, BitConverter.DoubleToInt64Bits(samples.Values[row])));
        WriteInt32(buffer, distributions.Count);
        foreach (var (series, timestamp, serialized) in distributions)
        {
            WriteInt32(buffer, numbers[series]);
            WriteInt64(buffer, timestamp);
            WriteBytes(buffer, serialized);
        }

        return buffer.WrittenSpan.ToArray();
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

    /// <summary>Reads a message on the silo that it was for.</summary>
    public ref struct Reader(ReadOnlySpan<byte> message)
    {
        private ReadOnlySpan<byte> _rest = message;

        public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

        public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

        public SeriesId ReadId() => new(BinaryPrimitives.ReadUInt128LittleEndian(Take(16)));

        public ReadOnlySpan<byte> ReadBytes() => Take(ReadInt32());

        public ReadOnlySpan<T> ReadColumn<T>(int count)
            where T : unmanaged => MemoryMarshal.Cast<byte, T>(Take(count * Marshal.SizeOf<T>()));

        private ReadOnlySpan<byte> Take(int length)
        {
            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }
    }
}

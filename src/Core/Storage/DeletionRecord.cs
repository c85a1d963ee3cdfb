using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Metrics.Core.Query;

namespace Metrics.Core.Storage;

/// <summary>
/// A deletion in the samples' log (docs/formats/wal.md): it holds for what stands before it. All integers little-endian, all text UTF-8 after its
/// length (i32; -1 for none).
/// </summary>
/// <param name="Shard">The shard.</param>
/// <param name="Selector">Which of its series.</param>
/// <param name="FromMs">Inclusive.</param>
/// <param name="ToMs">Exclusive.</param>
internal sealed record DeletionRecord(int Shard, SeriesSelector Selector, long FromMs, long ToMs)
{
    /// <summary>Shard (i32), from (i64), to (i64), metric, matchers (i32), each: key, kind (u8), values (i32), the values.</summary>
    public byte[] Write()
    {
        var record = new ArrayBufferWriter<byte>(256);
        WriteInt32(record, Shard);
        WriteInt64(record, FromMs);
        WriteInt64(record, ToMs);
        WriteText(record, Selector.Metric);
        WriteInt32(record, Selector.Matchers.Count);
        foreach (var matcher in Selector.Matchers)
        {
            WriteText(record, matcher.Key);
            record.Write([(byte)matcher.Kind]);
            WriteInt32(record, matcher.Values.Count);
            foreach (var value in matcher.Values)
            {
                WriteText(record, value);
            }
        }

        return record.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no such record.</exception>
    public static DeletionRecord Read(ReadOnlySpan<byte> payload)
    {
        try
        {
            var shard = ReadInt32(ref payload);
            var fromMs = ReadInt64(ref payload);
            var toMs = ReadInt64(ref payload);
            var metric = ReadText(ref payload);
            var matchers = new List<TagMatcher>();
            for (var left = ReadInt32(ref payload); left > 0; left--)
            {
                var key = ReadText(ref payload) ?? "";
                var kind = (MatchKind)payload[0];
                payload = payload[1..];
                var values = new List<string>();
                for (var count = ReadInt32(ref payload); count > 0; count--)
                {
                    values.Add(ReadText(ref payload) ?? "");
                }

                matchers.Add(new(key, kind, values));
            }

            return payload.IsEmpty
                ? new(shard, new(metric, matchers), fromMs, toMs)
                : throw new InvalidDataException("a deletion that is longer than it says");
        }
        catch (Exception error) when (error is ArgumentException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("a deletion that is shorter than it says", error);
        }
    }

    private static void WriteInt32(ArrayBufferWriter<byte> destination, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination.GetSpan(4), value);
        destination.Advance(4);
    }

    private static void WriteInt64(ArrayBufferWriter<byte> destination, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination.GetSpan(8), value);
        destination.Advance(8);
    }

    private static void WriteText(ArrayBufferWriter<byte> destination, string? text)
    {
        var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        WriteInt32(destination, text is null ? -1 : bytes.Length);
        destination.Write(bytes);
    }

    private static int ReadInt32(ref ReadOnlySpan<byte> source)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(source);
        source = source[4..];
        return value;
    }

    private static long ReadInt64(ref ReadOnlySpan<byte> source)
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(source);
        source = source[8..];
        return value;
    }

    private static string? ReadText(ref ReadOnlySpan<byte> source)
    {
        var length = ReadInt32(ref source);
        if (length < 0)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(source[..length]);
        source = source[length..];
        return text;
    }
}

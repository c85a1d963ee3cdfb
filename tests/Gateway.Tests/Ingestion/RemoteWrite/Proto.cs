using System.Text;

namespace Metrics.Gateway.Tests.Ingestion.RemoteWrite;

/// <summary>Writes protobuf fields by hand, so that the tests do not share code with what they test.</summary>
internal static class Proto
{
    public static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }

    public static byte[] Field(int number, byte[] bytes) => [.. Varint((uint)(number << 3) | 2), .. Varint((ulong)bytes.Length), .. bytes];

    public static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    public static byte[] Number(int number, long value) => [.. Varint((uint)(number << 3)), .. Varint((ulong)value)];

    public static byte[] Double(int number, double value) => [.. Varint((uint)(number << 3) | 1), .. BitConverter.GetBytes(value)];

    public static byte[] Label(string name, string value) => Field(1, [.. Field(1, name), .. Field(2, value)]);

    public static byte[] Sample(long timestampMs, double value) => Field(2, [.. Double(1, value), .. Number(2, timestampMs)]);

    public static byte[] Series(params byte[][] fields) => Field(1, [.. fields.SelectMany(f => f)]);

    public static byte[] Series(string metric, long timestampMs, double value) =>
        Series(Label("__name__", metric), Label("job", "node"), Sample(timestampMs, value));
}

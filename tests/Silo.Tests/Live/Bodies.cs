using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Snappier;

namespace Metrics.Silo.Tests.Live;

/// <summary>Points as the edges take them.</summary>
internal static class Bodies
{
    public static byte[] Json(IEnumerable<Point> points) => Encoding.UTF8.GetBytes("[" + string.Join(',', points.Select(static p => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"metric":"{{p.Metric}}","tags":{"{{p.Key}}":"{{p.Tag}}"},"timestamp":{{p.TimestampMs}},"value":{{p.Value:R}}}"""))) + "]");

    /// <summary>A remote write 1.0 request, each point as a time series of its own; compressed.</summary>
    public static byte[] RemoteWrite(IEnumerable<Point> points)
    {
        using var request = new MemoryStream();
        foreach (var point in points)
        {
            Series(request, [("__name__", point.Metric), (point.Key, point.Tag)], point.TimestampMs, point.Value);
        }

        return Snappy.CompressToArray(request.ToArray());
    }

    /// <summary>A remote write 1.0 request with one sample of one series; compressed.</summary>
    public static byte[] RemoteWrite(IEnumerable<(string Name, string Value)> labels, long timestampMs, double value)
    {
        using var request = new MemoryStream();
        Series(request, labels, timestampMs, value);
        return Snappy.CompressToArray(request.ToArray());
    }

    private static void Series(MemoryStream request, IEnumerable<(string Name, string Value)> labels, long timestampMs, double value)
    {
        using var series = new MemoryStream();
        foreach (var (name, text) in labels)
        {
            Field(series, 1, Label(name, text));
        }

        Field(series, 2, Sample(timestampMs, value));
        Field(request, 1, series.ToArray());
    }

    private static byte[] Label(string name, string value)
    {
        using var label = new MemoryStream();
        Field(label, 1, Encoding.UTF8.GetBytes(name));
        Field(label, 2, Encoding.UTF8.GetBytes(value));
        return label.ToArray();
    }

    private static byte[] Sample(long timestampMs, double number)
    {
        using var sample = new MemoryStream();
        var value = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(value, number);
        sample.WriteByte((1 << 3) | 1);
        sample.Write(value);
        sample.WriteByte(2 << 3);
        VarInt(sample, (ulong)timestampMs);
        return sample.ToArray();
    }

    private static void Field(MemoryStream to, int number, byte[] content)
    {
        to.WriteByte((byte)((number << 3) | 2));
        VarInt(to, (ulong)content.Length);
        to.Write(content);
    }

    private static void VarInt(MemoryStream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            to.WriteByte((byte)(value | 0x80));
        }

        to.WriteByte((byte)value);
    }
}

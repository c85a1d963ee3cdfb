using System.Buffers.Binary;
using System.Text;
using Snappier;

namespace Metrics.LoadGenerator.Data;

/// <summary>Prometheus remote write 1.0: a snappy block of a protobuf WriteRequest.</summary>
internal sealed class RemoteWriteFormat(DevopsFleet fleet) : IBodyFormat
{
    private const int MaxSampleBytes = 22;

    private readonly byte[][] _names = [.. DevopsFleet.Metrics.Select(static metric => Label("__name__", metric))];
    private readonly byte[][] _tags = [.. fleet.Tags.Select(static tags =>
        tags.SelectMany(static tag => Label(tag.Key, tag.Value)).ToArray())];

    private byte[] _buffer = new byte[1 << 20];
    private byte[] _samples = [];

    public string Headers =>
        "Content-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\nX-Prometheus-Remote-Write-Version: 0.1.0\r\n";

    public byte[] Encode(DevopsFleet fleet, int first, int count, long startMs, long intervalMs, int samples)
    {
        var length = 0;
        for (var series = first; series < first + count; series++)
        {
            var written = WriteSamples(fleet, series, startMs, intervalMs, samples);
            var name = _names[series % fleet.Fields];
            var tags = _tags[series / fleet.Fields];
            var size = name.Length + tags.Length + written.Length;
            if (length + size + 16 > _buffer.Length)
            {
                Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, length + size + 16));
            }

            _buffer[length++] = 0x0a;
            length += WriteVarint(_buffer.AsSpan(length), size);
            name.CopyTo(_buffer, length);
            length += name.Length;
            tags.CopyTo(_buffer, length);
            length += tags.Length;
            written.CopyTo(_buffer.AsSpan(length));
            length += written.Length;
        }

        return Snappy.CompressToArray(_buffer.AsSpan(0, length));
    }

    private ReadOnlySpan<byte> WriteSamples(DevopsFleet fleet, int series, long startMs, long intervalMs, int samples)
    {
        if (_samples.Length < samples * MaxSampleBytes)
        {
            _samples = new byte[samples * MaxSampleBytes];
        }

        var length = 0;
        for (var i = 0; i < samples; i++)
        {
            length += WriteSample(_samples.AsSpan(length), fleet.Next(series, startMs + (i * intervalMs)));
        }

        return _samples.AsSpan(0, length);
    }

    private static int WriteSample(Span<byte> destination, GeneratedSample sample)
    {
        destination[0] = 0x12;
        destination[2] = 0x09;
        BinaryPrimitives.WriteDoubleLittleEndian(destination[3..], sample.Value);
        destination[11] = 0x10;
        var length = 12 + WriteVarint(destination[12..], sample.TimestampMs);
        destination[1] = (byte)(length - 2);
        return length;
    }

    private static byte[] Label(string name, string value)
    {
        var key = Encoding.UTF8.GetBytes(name);
        var text = Encoding.UTF8.GetBytes(value);
        return [0x0a, (byte)(4 + key.Length + text.Length), 0x0a, (byte)key.Length, .. key, 0x12, (byte)text.Length, .. text];
    }

    private static int WriteVarint(Span<byte> destination, long value)
    {
        var rest = (ulong)value;
        var i = 0;
        for (; rest >= 0x80; rest >>= 7)
        {
            destination[i++] = (byte)(rest | 0x80);
        }

        destination[i++] = (byte)rest;
        return i;
    }
}

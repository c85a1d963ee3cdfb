using FsCheck;
using FsCheck.Xunit;
using Metrics.Core.Model;
using Metrics.Gateway.Ingestion.RemoteWrite;
using static Metrics.Gateway.Tests.Ingestion.RemoteWrite.Proto;

namespace Metrics.Gateway.Tests.Ingestion.RemoteWrite;

public sealed class WriteRequestParserPropertyTests
{
    [Property]
    public bool Whatever_is_written_is_read((byte Name, (byte Tag, byte Value)[] Tags, (long Time, double Value)[] Samples)[] request)
    {
        var writer = new FakeSampleWriter();
        using var batch = writer.CreateBatch();
        var expected = new List<(string, long, ulong)>();
        var bytes = new List<byte>();
        foreach (var (name, tags, samples) in request)
        {
            var unique = tags.DistinctBy(t => t.Tag).Take(64).ToArray();
            var key = SeriesKey.Create($"m{name}", [.. unique.Select(t => new Tag($"k{t.Tag}", $"v{t.Value}"))]);
            expected.AddRange(samples.Select(s => (key.ToString(), s.Time, BitConverter.DoubleToUInt64Bits(s.Value))));
            bytes.AddRange(Series(
            [
                Label("__name__", $"m{name}"),
                .. unique.Select(t => Label($"k{t.Tag}", $"v{t.Value}")),
                .. samples.Select(s => Sample(s.Time, s.Value)),
            ]));
        }

        var parser = new WriteRequestParser([.. bytes], batch, new ModelLimits());
        var valid = parser.TryParse();
        writer.WriteAsync(batch).AsTask().Wait();

        return valid && parser.Rejected == 0 && writer.Points
            .Select(p => (p.Series.ToString(), p.TimestampMs, BitConverter.DoubleToUInt64Bits(p.Value)))
            .SequenceEqual(expected);
    }

    [Property(MaxTest = 1000)]
    public bool A_flipped_byte_never_throws(int position, byte value)
    {
        byte[] request = [.. Series("a", 1_708_632_000_000, 1), .. Series(Label("__name__", "b"), Label("job", "x"), Sample(1, 2), Sample(3, 4))];
        request[(int)((uint)position % request.Length)] = value;
        using var batch = new FakeSampleWriter().CreateBatch();

        var parser = new WriteRequestParser(request, batch, new ModelLimits());

        return parser.TryParse() || parser.Offset <= request.Length;
    }

    [Property(MaxTest = 1000)]
    public bool Garbage_never_throws(byte[] request)
    {
        using var batch = new FakeSampleWriter().CreateBatch();

        var parser = new WriteRequestParser(request, batch, new ModelLimits());

        return parser.TryParse() || parser.Offset <= request.Length;
    }
}

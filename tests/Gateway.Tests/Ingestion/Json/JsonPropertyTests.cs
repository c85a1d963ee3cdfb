using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Metrics.Gateway.Ingestion;
using Metrics.Gateway.Ingestion.Json;

namespace Metrics.Gateway.Tests.Ingestion.Json;

public sealed class JsonPropertyTests
{
    private const long NowMs = 1_708_632_000_456;

    [Property(MaxTest = 3000)]
    public bool A_body_gives_what_the_plain_model_gives_the_first_time_and_from_the_cache(int seed) =>
        IsAsTheModel(Encoding.UTF8.GetBytes(new JsonDocuments(seed).Body()));

    [Property(MaxTest = 3000)]
    public bool A_damaged_body_gives_what_the_plain_model_gives(int seed) => IsAsTheModel(new JsonDocuments(seed).Damaged());

    [Property(MaxTest = 2000)]
    public bool Garbage_gives_what_the_plain_model_gives(byte[] body) => IsAsTheModel(body);

    [Property(MaxTest = 5000)]
    public bool A_number_is_the_one_that_double_Parse_gives(double number)
    {
        if (!double.IsFinite(number))
        {
            return true;
        }

        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return IsSame(text) && IsSame(number.ToString("F3", CultureInfo.InvariantCulture)) && IsSame(number.ToString("E5", CultureInfo.InvariantCulture));
    }

    [Property(MaxTest = 5000)]
    public bool A_decimal_is_the_one_that_double_Parse_gives(long mantissa, byte scale)
    {
        var digits = Math.Abs((decimal)mantissa);
        var text = $"{(mantissa < 0 ? "-" : "")}{digits / (decimal)Math.Pow(10, scale % 20)}";
        return IsSame(text);
    }

    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("0.1")]
    [InlineData("-0.0")]
    [InlineData("123456789.123456789")]
    [InlineData("18446744073709551616")]
    [InlineData("99999999999999999999999999")]
    [InlineData("0.00000000000000000000000000001")]
    [InlineData("8.98846567431157995e+307")]
    public void Hard_numbers_are_those_that_double_Parse_gives(string text) => Assert.True(IsSame(text));

    private static bool IsSame(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        return AsciiNumber.TryReadJson(bytes, out var value, out var length)
            && length == bytes.Length
            && BitConverter.DoubleToInt64Bits(value) == BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture));
    }

    private static bool IsAsTheModel(byte[] body)
    {
        var expected = JsonModel.Read(body, NowMs);
        var writer = new FakeSampleWriter();

        // Twice over the same writer: the second time the series are known, and the fast path is taken.
        for (var pass = 0; pass < 2; pass++)
        {
            using var batch = writer.CreateBatch();
            var before = writer.Points.Count;
            var result = new JsonBodyParser(body, batch, new IngestOptions(), NowMs).Parse();
            if (expected is null)
            {
                if (result.Outcome != JsonOutcome.Broken)
                {
                    return false;
                }

                continue;
            }

            writer.WriteAsync(batch).AsTask().GetAwaiter().GetResult();
            var refused = expected.Select((point, index) => (point, index)).Where(e => e.point is null).Select(e => e.index).Take(RejectedPoints.Shown);
            if (result.Outcome != JsonOutcome.Parsed
                || !refused.SequenceEqual(result.Rejected?.First.Select(r => r.Index) ?? [])
                || !expected.OfType<(string, long, ulong)>().SequenceEqual(
                    writer.Points.Skip(before).Select(p => (p.Series.ToString(), p.TimestampMs, BitConverter.DoubleToUInt64Bits(p.Value)))))
            {
                return false;
            }
        }

        return true;
    }
}

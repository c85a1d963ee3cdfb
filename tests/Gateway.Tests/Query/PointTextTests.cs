using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using Metrics.Gateway.Query;

namespace Metrics.Gateway.Tests.Query;

public class PointTextTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(-17.0)]
    [InlineData(0.1)]
    [InlineData(99.5)]
    [InlineData(999_999_999_999_999.0)]
    [InlineData(-999_999_999_999_999.0)]
    [InlineData(1e15)]
    [InlineData(9_007_199_254_740_993.0)]
    [InlineData(1.5e300)]
    [InlineData(double.Epsilon)]
    [InlineData(-2.2250738585072014E-308)]
    [InlineData(double.MaxValue)]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void Writes_a_value_as_the_json_writer_does(double value) => AssertSame([1_771_761_600_000], [value]);

    [Fact]
    public void Keeps_the_sign_of_zero() => AssertSame([0], [-0.0]);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_771_761_600_500)]
    [InlineData(1_771_761_600_025)]
    [InlineData(253_402_300_799_999)]
    public void Writes_a_time_as_the_json_writer_does(long epochMs) => AssertSame([epochMs], [1]);

    [Property]
    public void Writes_any_points_as_the_json_writer_does(long[] timestampsMs, double[] values)
    {
        var count = Math.Min(timestampsMs.Length, values.Length);
        AssertSame(timestampsMs.AsSpan(0, count), values.AsSpan(0, count));
    }

    [Property]
    public void Writes_any_bits_as_the_json_writer_does(long bits) => AssertSame([bits], [BitConverter.Int64BitsToDouble(bits)]);

    [Fact]
    public void The_longest_point_has_room()
    {
        Span<byte> text = stackalloc byte[PointText.MaxBytes];
        PointText.Write(text, [-9_223_372_036_854_775_807], [-2.2250738585072014E-308], out var points);
        Assert.Equal(1, points);
    }

    [Fact]
    public void Stops_where_another_point_may_not_have_room()
    {
        Span<byte> text = stackalloc byte[(2 * PointText.MaxBytes) + 1];
        var length = PointText.Write(text, new long[10], new double[10], out var points);
        Assert.InRange(points, 2, 9);
        Assert.Equal(points, JsonDocument.Parse($"[{Encoding.UTF8.GetString(text[..length])}]").RootElement.GetArrayLength());
    }

    private static void AssertSame(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        using var expected = new MemoryStream();
        using (var json = new Utf8JsonWriter(expected))
        {
            json.WriteStartArray();
            for (var i = 0; i < values.Length; i++)
            {
                json.WriteStartObject();
                QueryAnswer.WriteTimestamp(json, JsonEncodedText.Encode("timestamp"), timestampsMs[i]);
                if (double.IsFinite(values[i]))
                {
                    json.WriteNumber("value", values[i]);
                }
                else
                {
                    json.WriteNull("value");
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        var actual = new StringBuilder("[");
        Span<byte> text = stackalloc byte[200];
        for (var i = 0; i < values.Length;)
        {
            actual.Append(i == 0 ? "" : ",");
            var length = PointText.Write(text, timestampsMs[i..], values[i..], out var points);
            actual.Append(Encoding.UTF8.GetString(text[..length]));
            i += points;
        }

        Assert.Equal(Encoding.UTF8.GetString(expected.ToArray()), actual.Append(']').ToString());
    }
}

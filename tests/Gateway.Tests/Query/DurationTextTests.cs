using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Gateway.Query;

namespace Metrics.Gateway.Tests.Query;

public class DurationTextTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("1m", 60_000)]
    [InlineData("90s", 90_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("2w", 1_209_600_000)]
    [InlineData("1m5ms", 60_005)]
    [InlineData("0s", 0)]
    public void Reads_numbers_with_units(string text, long expected)
    {
        Assert.True(DurationText.TryParse(text, out var milliseconds));
        Assert.Equal(expected, milliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("60")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("1.5h")]
    [InlineData("1 m")]
    [InlineData("1y")]
    [InlineData("1M")]
    [InlineData("30m1h")]
    [InlineData("1m1m")]
    [InlineData("1m30")]
    [InlineData("1e3s")]
    [InlineData("99999999999w")]
    [InlineData("99999999999999999999999s")]
    [InlineData("١m")]
    public void Refuses_anything_else(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Property]
    public Property Reads_back_what_is_written_with_any_unit() => Prop.ForAll(
        Gen.Choose(0, 5_000).ToArbitrary(),
        Gen.Elements(("ms", 1L), ("s", 1000L), ("m", 60_000L), ("h", 3_600_000L), ("d", 86_400_000L)).ToArbitrary(),
        (number, unit) => DurationText.TryParse($"{number}{unit.Item1}", out var milliseconds) && milliseconds == number * unit.Item2);
}

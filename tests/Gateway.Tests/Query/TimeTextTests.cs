using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Gateway.Query;

namespace Metrics.Gateway.Tests.Query;

public class TimeTextTests
{
    private const long Now = 1_771_783_200_000; // 2026-02-22T18:00:00Z

    [Theory]
    [InlineData("2026-02-22T18:00:00Z", Now)]
    [InlineData("2026-02-22t18:00:00z", Now)]
    [InlineData("2026-02-22T20:00:00+02:00", Now)]
    [InlineData("2026-02-22T12:30:00-05:30", Now)]
    [InlineData("2026-02-22T18:00:00.5Z", Now + 500)]
    [InlineData("2026-02-22T18:00:00.123456789Z", Now + 123)]
    [InlineData("now", Now)]
    [InlineData("now-1h", Now - 3_600_000)]
    [InlineData("now-90s", Now - 90_000)]
    [InlineData("now-1d12h", Now - 129_600_000)]
    [InlineData("now+5m", Now + 300_000)]
    public void Reads_absolute_and_relative_times(string text, long expected)
    {
        Assert.True(TimeText.TryParse(text, Now, out var epochMs));
        Assert.Equal(expected, epochMs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2026-02-22")]
    [InlineData("2026-02-22T18:00:00")]
    [InlineData("2026-02-22 18:00:00Z")]
    [InlineData("2026-02-30T18:00:00Z")]
    [InlineData("2026-02-22T18:00:60Z")]
    [InlineData("2026-02-22T18:00:00.Z.")]
    [InlineData("1969-12-31T23:59:59Z")]
    [InlineData("1771783200")]
    [InlineData("now-")]
    [InlineData("now1h")]
    [InlineData("now-1x")]
    [InlineData("now--1h")]
    [InlineData("now-99w99999999999d")]
    [InlineData("now-80w5000d")]
    [InlineData("nowhere")]
    public void Refuses_anything_else(string text)
    {
        // 80 weeks are fine; what follows is too many days to be after 1970.
        var now = text.StartsWith("now-80w", StringComparison.Ordinal) ? 86_400_000L : Now;
        Assert.False(TimeText.TryParse(text, now, out _));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1708603200, 1_708_603_200_000)]
    [InlineData(1708603200.25, 1_708_603_200_250)]
    [InlineData(1708603200250, 1_708_603_200_250)]
    public void Reads_epoch_seconds_and_recognises_milliseconds_by_size(double number, long expected)
    {
        Assert.True(TimeText.TryParse(number, out var epochMs));
        Assert.Equal(expected, epochMs);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1e15)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Refuses_numbers_that_are_no_time(double number) => Assert.False(TimeText.TryParse(number, out _));

    [Property]
    public Property Reads_back_every_millisecond_in_any_zone() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        Gen.Choose(0, 999).ToArbitrary(),
        Gen.Choose(-14 * 60, 14 * 60).ToArbitrary(),
        (seconds, milliseconds, zone) =>
        {
            var expected = (seconds * 1000L) + milliseconds;
            var text = DateTimeOffset.FromUnixTimeMilliseconds(expected).ToOffset(TimeSpan.FromMinutes(zone))
                .ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
            return TimeText.TryParse(text, Now, out var fromText) && fromText == expected
                && TimeText.TryParse(expected / 1000.0, out var fromNumber) && fromNumber == expected;
        });
}

using FsCheck.Xunit;
using Metrics.Dashboard.Data;

namespace Metrics.Dashboard.Tests.Data;

public sealed class BucketIntervalTests
{
    [Theory]
    [InlineData("5m", "1s")]
    [InlineData("15m", "5s")]
    [InlineData("1h", "15s")]
    [InlineData("6h", "2m")]
    [InlineData("24h", "5m")]
    [InlineData("365d", "7d")]
    public void Auto_is_a_round_step_that_gives_a_readable_number_of_points(string range, string interval)
    {
        Assert.True(Durations.TryParse(range, out var length));
        Assert.Equal(interval, Durations.Format(BucketInterval.Auto(length)));
    }

    [Property]
    public bool Auto_always_fits(uint seconds)
    {
        var range = TimeSpan.FromSeconds(1 + (seconds % (uint)TimeRange.Longest.TotalSeconds));
        var interval = BucketInterval.Auto(range);
        return range / interval <= BucketInterval.TargetBuckets && BucketInterval.Problem(interval, range) is null;
    }

    [Property]
    public bool A_duration_reads_back(ushort seconds)
    {
        var duration = TimeSpan.FromSeconds(seconds + 1);
        return Durations.TryParse(Durations.Format(duration), out var read) && read == duration;
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("0s")]
    [InlineData("-5m")]
    [InlineData("5 m")]
    [InlineData("5y")]
    [InlineData("99999999w")]
    public void Refuses_what_is_no_duration(string text) => Assert.False(Durations.TryParse(text, out _));
}

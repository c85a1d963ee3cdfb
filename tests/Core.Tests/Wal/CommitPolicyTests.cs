using Metrics.Core.Wal;

namespace Metrics.Core.Tests.Wal;

public sealed class CommitPolicyTests
{
    [Theory]
    [InlineData("batch", null)]
    [InlineData(" Batch ", null)]
    [InlineData("100ms", 100)]
    [InlineData("1MS", 1)]
    [InlineData("60s", 60_000)]
    public void Reads_what_an_operator_writes(string text, int? milliseconds)
    {
        Assert.True(CommitPolicy.TryParse(text, out var policy));
        Assert.Equal(milliseconds, (int?)policy.Interval?.TotalMilliseconds);
        Assert.True(CommitPolicy.TryParse(policy.ToString(), out var again));
        Assert.Equal(policy, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ms")]
    [InlineData("100")]
    [InlineData("0ms")]
    [InlineData("61s")]
    [InlineData("-5ms")]
    [InlineData("1.5s")]
    [InlineData("99999999999s")]
    [InlineData("2147483647s")]
    [InlineData("always")]
    public void Refuses_anything_else(string? text) => Assert.False(CommitPolicy.TryParse(text, out _));

    [Fact]
    public void Refuses_an_interval_out_of_range() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CommitPolicy.Every(TimeSpan.FromMinutes(2)));
}

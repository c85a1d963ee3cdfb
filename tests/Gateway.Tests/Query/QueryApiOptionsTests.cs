using Metrics.Gateway.Query;

namespace Metrics.Gateway.Tests.Query;

public class QueryApiOptionsTests
{
    [Fact]
    public void Takes_its_defaults() => Assert.True(new QueryApiOptionsValidator().Validate(null, new QueryApiOptions()).Succeeded);

    [Fact]
    public void Names_the_setting_and_the_range()
    {
        var options = new QueryApiOptions { MaxBatch = 0, Timeout = TimeSpan.Zero, DefaultListLimit = 10, MaxListLimit = 9, MaxPatternLength = 1025 };
        var failures = new QueryApiOptionsValidator().Validate(null, options).Failures!.ToArray();
        Assert.Equal(4, failures.Length);
        Assert.Contains("Metrics:Query:MaxBatch is 0; set it to a number from 1 to 10000.", failures);
        Assert.Contains("Metrics:Query:MaxPatternLength is 1025; set it to a number from 1 to 1024.", failures);
        Assert.Contains("Metrics:Query:DefaultListLimit is 10; set it to a number from 1 to 9.", failures);
        Assert.Contains(failures, static f => f.StartsWith("Metrics:Query:Timeout is 00:00:00; set it to a time from", StringComparison.Ordinal));
    }
}

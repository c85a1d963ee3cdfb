using Metrics.Core.Catalog;

namespace Metrics.Core.Tests.Catalog;

public sealed class BlocksOptionsTests
{
    [Fact]
    public void Defaults_are_valid()
    {
        Assert.True(new BlocksOptionsValidator().Validate(null, new BlocksOptions()).Succeeded);
        Assert.True(new CacheOptionsValidator().Validate(null, new CacheOptions()).Succeeded);
    }

    [Fact]
    public void Every_setting_out_of_its_range_is_named()
    {
        var blocks = new BlocksOptions
        {
            SealDelay = TimeSpan.FromHours(3),
            HotRetention = TimeSpan.FromHours(-1),
            WarmRetention = TimeSpan.FromDays(40_000),
            MaxSpoolBytes = 1,
            PublishConcurrency = 0,
        };
        var cache = new CacheOptions { Path = null!, MaxBytes = -1, MaxIndexBytes = 1 };

        var failures = new BlocksOptionsValidator().Validate(null, blocks).Failures!.Concat(new CacheOptionsValidator().Validate(null, cache).Failures!).ToList();

        string[] settings = ["SealDelay", "HotRetention", "WarmRetention", "MaxSpoolBytes", "PublishConcurrency", "Path", "MaxBytes", "MaxIndexBytes"];
        Assert.Equal(settings.Length, failures.Count);
        Assert.All(settings.Zip(failures), static pair => Assert.Contains($":{pair.First} is ", pair.Second, StringComparison.Ordinal));
    }
}

using System.Diagnostics;

namespace Metrics.Grains.Tests.Support;

/// <summary>Waits for what is bound to happen, with a deadline.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition, string what, int seconds = 30)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < seconds, $"{what}: not within {seconds} s");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}

using System.Diagnostics;

namespace Metrics.Gateway.Tests.Ingestion;

/// <summary>Waits for a condition, up to a deadline.</summary>
internal static class Wait
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static async Task UntilAsync(Func<bool> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Deadline, "The condition did not come true in time.");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}

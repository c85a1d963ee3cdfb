using System.Diagnostics;

namespace Metrics.Silo.Tests.Live;

/// <summary>Waits for conditions.</summary>
internal static class Eventually
{
    /// <summary>Asks again and again until the condition holds, and fails with what was seen last when it does not in time.</summary>
    public static async Task<T> Get<T>(Func<Task<T>> ask, Func<T, bool> holds, TimeSpan? deadline = null)
    {
        var limit = deadline ?? TimeSpan.FromSeconds(60);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var seen = await ask();
            if (holds(seen))
            {
                return seen;
            }

            Assert.True(watch.Elapsed < limit, $"Not so within {limit}; the last was: {seen}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public static Task True(Func<Task<bool>> ask, TimeSpan? deadline = null) => Get(ask, static held => held, deadline);
}

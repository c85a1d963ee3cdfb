using Metrics.Core.Tests.Catalog;
using Metrics.Core.Tests.Files;

namespace Metrics.Core.Tests.Maintenance;

/// <summary>Fails every single operation of a data set's life in turn.</summary>
public sealed class CrashTests
{
    [Fact]
    public async Task A_life_without_failures_needs_no_restart()
    {
        var scenario = new CrashScenario(new FaultyFileSystem());
        await scenario.RunAsync();
        Assert.Equal(1, scenario.Restarts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_fails_on_local_disk_nothing_is_lost_and_nothing_is_doubled(bool dies)
    {
        var whole = new FaultyFileSystem();
        await new CrashScenario(whole).RunAsync();
        await EachAsync(whole.Operations, at => new CrashScenario(new FaultyFileSystem { FaultAt = at, Fault = dies ? FaultKind.Kill : FaultKind.Error }));
    }

    [Theory]
    [InlineData(StoreFault.Before, false)]
    [InlineData(StoreFault.After, false)]
    [InlineData(StoreFault.Before, true)]
    [InlineData(StoreFault.After, true)]
    public async Task Whatever_fails_in_the_object_store_nothing_is_lost_and_nothing_is_doubled(StoreFault fault, bool dies)
    {
        FaultyObjectStore whole = null!;
        await new CrashScenario(new FaultyFileSystem(), objects => whole = new FaultyObjectStore(objects)).RunAsync();
        await EachAsync(whole.Operations, at => new CrashScenario(
            new FaultyFileSystem(), objects => new FaultyObjectStore(objects) { FaultAt = at, Fault = fault, DiesAtFault = dies }));
    }

    private static async Task EachAsync(int operations, Func<int, CrashScenario> make)
    {
        Assert.InRange(operations, 50, 5_000);
        await Parallel.ForEachAsync(Enumerable.Range(1, operations), TestContext.Current.CancellationToken, async (at, _) =>
        {
            try
            {
                await make(at).RunAsync();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"failed at operation {at} of {operations}: {e.Message}", e);
            }
        });
    }
}

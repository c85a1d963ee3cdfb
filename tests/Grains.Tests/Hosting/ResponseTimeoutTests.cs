using Metrics.Core.Query;
using Metrics.Grains.Interfaces.Query;
using Metrics.Grains.Query;
using Metrics.Grains.Tests.Support;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Metrics.Grains.Tests.Hosting;

public sealed class ResponseTimeoutTests
{
    [Fact]
    public async Task Calls_wait_longer_than_a_query_may_take_so_that_its_limit_is_what_callers_see()
    {
        await using var cluster = await MetricsCluster.StartAsync(1, ("Metrics:Query:Timeout", "00:02:00"));
        var silo = cluster.Addresses[0];

        Assert.Equal(TimeSpan.FromSeconds(125), cluster.Get<IOptions<SiloMessagingOptions>>(silo).Value.ResponseTimeout);
        Assert.Equal(TimeSpan.FromSeconds(125), cluster.Get<IOptions<ClientMessagingOptions>>(silo).Value.ResponseTimeout);
    }

    [Fact]
    public async Task A_short_limit_on_queries_does_not_shorten_other_calls()
    {
        await using var cluster = await MetricsCluster.StartAsync(
            1, ("Metrics:Query:Timeout", "00:00:00.4"), ("Metrics:Query:MaxConcurrentPerSilo", "1"));
        var silo = cluster.Addresses[0];
        Assert.Equal(TimeSpan.FromSeconds(30), cluster.Get<IOptions<SiloMessagingOptions>>(silo).Value.ResponseTimeout);

        // And the limit itself reaches a client.
        var done = new TaskCompletionSource<bool>();
        var running = cluster.Get<QueryPlaces>(silo).RunAsync(() => done.Task, CancellationToken.None);
        var e = await Assert.ThrowsAsync<QueryLimitException>(
            async () => await cluster.Client.GetGrain<IQueryGrain>(0).Execute(Points.Plan("any"), CancellationToken.None));
        Assert.StartsWith("Metrics:Query:", e.Limit, StringComparison.Ordinal);
        done.SetResult(true);
        Assert.True(await running);
    }
}

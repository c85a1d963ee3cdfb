using Metrics.Core.Query;
using Metrics.Grains.Query;
using Microsoft.Extensions.Options;

namespace Metrics.Grains.Tests.Query;

public sealed class QueryPlacesTests
{
    [Fact]
    public async Task Without_a_place_in_half_of_its_time_a_query_is_refused_by_name_and_the_next_one_is_served()
    {
        using var places = Create(1, TimeSpan.FromMilliseconds(200));
        var done = new TaskCompletionSource<int>();
        var running = places.RunAsync(() => done.Task, CancellationToken.None);

        var e = await Assert.ThrowsAsync<QueryLimitException>(() => places.RunAsync(static () => Task.FromResult(2), CancellationToken.None));
        Assert.Equal("Metrics:Query:MaxConcurrentPerSilo", e.Limit);
        Assert.Contains("1 queries are being evaluated", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, places.Waiting);

        done.SetResult(1);
        Assert.Equal(1, await running);
        Assert.Equal(3, await places.RunAsync(static () => Task.FromResult(3), CancellationToken.None));
    }

    [Fact]
    public async Task A_query_that_fails_gives_its_place_back()
    {
        using var places = Create(1, TimeSpan.FromMinutes(1));

        await Assert.ThrowsAsync<IOException>(() => places.RunAsync<int>(static () => throw new IOException(), CancellationToken.None));

        Assert.Equal(1, await places.RunAsync(static () => Task.FromResult(1), CancellationToken.None));
    }

    [Fact]
    public async Task Without_a_setting_there_are_several_places()
    {
        using var places = Create(0, TimeSpan.FromMinutes(1));
        var done = new TaskCompletionSource<int>();
        var running = Enumerable.Range(0, 4).Select(_ => places.RunAsync(() => done.Task, CancellationToken.None)).ToList();

        Assert.Equal(0, places.Waiting);
        done.SetResult(1);
        Assert.All(await Task.WhenAll(running), static answer => Assert.Equal(1, answer));
    }

    [Fact]
    public async Task Listings_have_half_the_places_and_leave_those_of_the_queries_alone()
    {
        using var places = Create(4, TimeSpan.FromMilliseconds(400));
        using var done = new ManualResetEventSlim();
        var running = Enumerable.Range(0, 2).Select(_ => places.ListAsync(() => Task.FromResult(Blocked(done)))).ToList();

        var e = await Assert.ThrowsAsync<QueryLimitException>(() => places.ListAsync(static () => Task.FromResult(2)));
        Assert.Equal("Metrics:Query:MaxConcurrentPerSilo", e.Limit);
        Assert.Contains("2 listings are being made", e.Message, StringComparison.Ordinal);
        Assert.Equal(3, await places.RunAsync(static () => Task.FromResult(3), CancellationToken.None));

        done.Set();
        Assert.All(await Task.WhenAll(running), static answer => Assert.Equal(1, answer));
        Assert.Equal(4, await places.ListAsync(static () => Task.FromResult(4)));
    }

    private static int Blocked(ManualResetEventSlim done)
    {
        done.Wait(TestContext.Current.CancellationToken);
        return 1;
    }

    private static QueryPlaces Create(int places, TimeSpan timeout) =>
        new(Options.Create(new QueryOptions { MaxConcurrentPerSilo = places, Timeout = timeout }));
}

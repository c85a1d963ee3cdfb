using Metrics.Core.Catalog;

namespace Metrics.Core.Tests.Catalog;

public sealed class ViewSetTests
{
    private readonly ViewSet _views = new();

    public ViewSetTests() => _views.Reset(Enumerable.Range(0, 3).Select(static s => new ShardView(s, ShardCatalog.Empty, 0)));

    [Fact]
    public void A_lease_keeps_the_views_of_its_moment_of_all_shards()
    {
        using var lease = _views.Lease();
        Set(1, 7);
        using var second = _views.Lease();
        Set(2, 9);

        Assert.Equal([0L, 0, 0], Enumerable.Range(0, 3).Select(s => lease[s].HotFromMs));
        Assert.Equal([0L, 7, 0], Enumerable.Range(0, 3).Select(s => second[s].HotFromMs));
        Assert.Equal([0L, 7, 9], Enumerable.Range(0, 3).Select(s => _views[s].HotFromMs));
    }

    [Fact]
    public void Waiting_is_for_leases_on_older_views_only()
    {
        var oldest = _views.Lease();
        Set(0, 1);
        var older = _views.Lease();
        var alsoOlder = _views.Lease();
        var first = _views.WaitForOlderLeases();
        Set(0, 2);
        var second = _views.WaitForOlderLeases();
        var current = _views.Lease();
        Assert.Equal((false, false), (first.IsCompleted, second.IsCompleted));

        older.Dispose();
        oldest.Dispose();
        Assert.Equal((true, false), (first.IsCompleted, second.IsCompleted));
        older.Dispose();
        Assert.False(second.IsCompleted);
        alsoOlder.Dispose();

        Assert.True(second.IsCompleted);
        Assert.True(_views.WaitForOlderLeases().IsCompleted);
        Assert.Equal(1, _views.Leases);
        current.Dispose();
        Assert.Equal(0, _views.Leases);
    }

    [Fact]
    public async Task What_is_dropped_after_waiting_is_never_in_a_lease_that_is_held()
    {
        // Each change makes the number before it unusable once older leases are gone, as dropping memory does.
        long dropped = -1;
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            var reads = 0;
            while (!stop.IsCancellationRequested || reads == 0)
            {
                using var lease = _views.Lease();
                Assert.True(lease[0].HotFromMs > Volatile.Read(ref dropped));
                reads++;
            }
        })).ToList();
        for (var i = 1; i <= 2000; i++)
        {
            Set(0, i);
            await _views.WaitForOlderLeases();
            Volatile.Write(ref dropped, i - 1);
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(0, _views.Leases);
    }

    private void Set(int shard, long hotFrom) => _views.Update(shard, v => v with { HotFromMs = hotFrom });
}

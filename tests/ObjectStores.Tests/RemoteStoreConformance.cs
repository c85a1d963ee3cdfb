using Metrics.Core.ObjectStorage;
using Metrics.Tests.Shared.Emulators;

namespace Metrics.ObjectStores.Tests;

/// <summary>What every store behind a network does besides.</summary>
public abstract class RemoteStoreConformance(Emulator emulator) : ObjectStoreConformance
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_store_that_is_down_is_unavailable_until_it_is_up_again()
    {
        var store = Open(Short);
        var version = await Put(store, "down/x", "1", PutCondition.Absent);
        await emulator.Stop();
        try
        {
            await IsUnavailable(() => store.GetAsync("down/x", MaxBytes, Cancellation));
            await IsUnavailable(() => store.ReadAsync("down/x", 0, new byte[1], Cancellation));
            await IsUnavailable(() => Put(store, "down/x", "2", PutCondition.Matches(version)));
            await IsUnavailable(() => Put(Open(Short), "down/y", "2", PutCondition.Absent));
            await IsUnavailable(() => List(store, ""));
            await IsUnavailable(() => store.DeleteAsync("down/x", Cancellation));
        }
        finally
        {
            await emulator.Start();
        }

        Assert.Equal("1", await Text(store, "down/x"));
        await Put(Open(), "down/x", "2", PutCondition.Matches(version));
        Assert.Equal("2", await Text(store, "down/x"));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_unavailable_after_the_time_limit()
    {
        var store = Open(Short);
        await Put(store, "slow/x", "1", PutCondition.Absent);
        emulator.Freeze();
        try
        {
            var error = await IsUnavailable(() => store.GetAsync("slow/x", MaxBytes, Cancellation));
            Assert.Contains("did not answer within", error.Message, StringComparison.Ordinal);
            await IsUnavailable(() => Put(store, "slow/y", "1", PutCondition.None));

            using var given = new CancellationTokenSource();
            var waiting = Open().GetAsync("slow/x", MaxBytes, given.Token);
            Assert.False(waiting.IsCompleted);
            await given.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }
        finally
        {
            emulator.Thaw();
        }

        Assert.Equal("1", await Text(Open(), "slow/x"));
    }

    [Fact]
    public async Task Readers_of_a_store_that_does_not_answer_do_not_wait_one_after_the_other()
    {
        var store = Open(Short);
        await Put(store, "hung/x", "1", PutCondition.Absent);
        emulator.Freeze();
        try
        {
            await IsUnavailable(() => store.ReadAsync("hung/x", 0, new byte[1], Cancellation));

            // Each would wait for the limit by itself.
            var error = await IsUnavailable(async () =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => store.ReadAsync("hung/x", 0, new byte[1], Cancellation));
                }

                await store.ReadAsync("hung/x", 0, new byte[1], Cancellation);
            });
            Assert.Contains("did not answer within", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            emulator.Thaw();
        }

        // Reads alone find out that it is back.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        var read = new byte[1];
        while (read[0] != '1')
        {
            try
            {
                await store.ReadAsync("hung/x", 0, read, deadline.Token);
            }
            catch (ObjectStoreUnavailableException)
            {
                await Task.Delay(50, deadline.Token);
            }
        }
    }

    private static async Task<ObjectStoreUnavailableException> IsUnavailable(Func<Task> operation)
    {
        // Far more than the limit of the operation, far less than a client library's own.
        var error = await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => operation().WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.DoesNotContain("AccountKey", error.ToString(), StringComparison.OrdinalIgnoreCase);
        return error;
    }
}

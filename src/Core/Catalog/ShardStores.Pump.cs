using System.Collections.Concurrent;
using System.Threading.Channels;
using Metrics.Core.ObjectStorage;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Catalog;

/// <content>The background work: taking shards over, publishing, deleting.</content>
public sealed partial class ShardStores
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patrol = TimeSpan.FromHours(1);

    private readonly Channel<ShardStore> _work = Channel.CreateUnbounded<ShardStore>();
    private readonly ConcurrentDictionary<int, bool> _queued = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<int, bool> _unasked = new();
    private readonly ConcurrentDictionary<int, int> _failures = new();

    /// <summary>Shards whose last try the store did not answer.</summary>
    private readonly ConcurrentDictionary<int, bool> _away = new();
    private Task _running = Task.CompletedTask;
    private volatile bool _started;
    private bool _disposed;

    /// <summary>
    /// Completes when the object store has been asked for every shard once, with whatever result: until then the views may lack
    /// blocks.
    /// </summary>
    public Task Asked => _asked.Task;

    /// <summary>Begins to take over and publish in the background.</summary>
    /// <param name="shards">Those that this process is to own; null for all.</param>
    public void Start(IReadOnlyCollection<int>? shards = null)
    {
        _started = true;
        foreach (var store in _stores)
        {
            if (shards is null || shards.Contains(store.Shard))
            {
                _unasked[store.Shard] = true;
                store.Want();
            }
        }

        if (_unasked.IsEmpty)
        {
            _asked.TrySetResult();
        }

        var workers = Enumerable.Range(0, _options.PublishConcurrency).Select(_ => Task.Run(WorkAsync));
        _running = Task.WhenAll([.. workers, Task.Run(PatrolAsync)]);
        foreach (var store in _stores)
        {
            Wake(store);
        }
    }

    /// <summary>Takes a shard over now, from whoever has it.</summary>
    /// <exception cref="ObjectStoreException">The store could not be asked. It goes on being tried in the background.</exception>
    /// <exception cref="IOException">The local disk failed. It goes on being tried in the background.</exception>
    public async Task AcquireAsync(int shard, CancellationToken cancellation = default)
    {
        _stores[shard].Want();
        try
        {
            await _stores[shard].PumpAsync(cancellation);
        }
        finally
        {
            Wake(_stores[shard]);
        }
    }

    /// <summary>
    /// Publishes what is pending now and deletes what can go, without waiting for the background's turn. Before <see cref="Start"/> it takes every
    /// shard over; after it, those that this process is to own.
    /// </summary>
    /// <exception cref="ObjectStoreException">The store failed; other shards were tried all the same.</exception>
    /// <exception cref="IOException">The local disk failed; other shards were tried all the same.</exception>
    public async Task FlushAsync(CancellationToken cancellation = default)
    {
        Exception? first = null;
        foreach (var store in _stores)
        {
            try
            {
                store.WantUnlessFenced(_started);
                await store.PumpAsync(cancellation);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                first ??= error;
            }
        }

        if (first is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
    }

    /// <summary>Ends the background work; what waits is published after the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        // A container that gives it out as several services disposes of it as each of them.
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _stopping.CancelAsync();
        _work.Writer.TryComplete();
        try
        {
            await _running;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The workers were waiting: that is how they end.
        }

        _asked.TrySetCanceled();
        _context.Cache?.Dispose();
        _context.Open.Dispose();
        foreach (var store in _stores)
        {
            store.Dispose();
        }

        _stopping.Dispose();
    }

    private void Wake(ShardStore store)
    {
        if (_queued.TryAdd(store.Shard, true))
        {
            _work.Writer.TryWrite(store);
        }
    }

    private async Task WorkAsync()
    {
        await foreach (var store in _work.Reader.ReadAllAsync(_stopping.Token))
        {
            // Before the work: what comes in while it is done has to be looked at again.
            _queued.TryRemove(store.Shard, out _);
            try
            {
                await store.PumpAsync(_stopping.Token);
                Succeeded(store);
            }
            catch (Exception error)
            {
                if (_stopping.IsCancellationRequested)
                {
                    // What failed is done after the next start.
                    return;
                }

                RetryLater(store, error);
            }

            _unasked.TryRemove(store.Shard, out _);
            if (_unasked.IsEmpty && _asked.TrySetResult())
            {
                var owned = _stores.Count(static s => s.State == ShardStoreState.Owned);
                var blocks = _stores.Sum(static s => s.Catalog.Blocks.Count);
                var pending = _stores.Sum(static s => s.PendingChanges);
                CatalogLog.Asked(_context.Logger, owned, _stores.Length, blocks, pending);
            }
        }
    }

    private void Succeeded(ShardStore store)
    {
        if (_failures.TryRemove(store.Shard, out _))
        {
            CatalogLog.PublishedAgain(_context.Logger, store.Shard);
        }

        if (_away.TryRemove(store.Shard, out _) && _away.IsEmpty)
        {
            CatalogLog.StoreBack(_context.Logger);
        }
    }

    /// <summary>Twice as long after every failure, and not all shards at the same moment.</summary>
    private void RetryLater(ShardStore store, Exception error)
    {
        var failures = _failures.AddOrUpdate(store.Shard, 1, static (_, n) => n + 1);
        var longest = Math.Min(LongestDelay.TotalSeconds, FirstDelay.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 10)));
        var delay = TimeSpan.FromSeconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));

        // A store that is away is one event, however many shards find it out again and again.
        var isAway = error is ObjectStoreUnavailableException;
        if (isAway && _away.TryAdd(store.Shard, true) && _away.Count == 1)
        {
            CatalogLog.StoreAway(_context.Logger, error.Message);
        }

        CatalogLog.PublishFailed(_context.Logger, isAway ? LogLevel.Debug : LogLevel.Warning, store.Shard, delay, error.Message);
        _ = WakeAfterAsync();

        async Task WakeAfterAsync()
        {
            await Task.Delay(delay, _context.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Wake(store);
        }
    }

    /// <summary>Looks at every shard now and then, for the daily sweep and for whatever was not woken for.</summary>
    private async Task PatrolAsync()
    {
        using var timer = new PeriodicTimer(Patrol, _context.Time);
        while (await timer.WaitForNextTickAsync(_stopping.Token))
        {
            foreach (var store in _stores)
            {
                Wake(store);
            }
        }
    }
}

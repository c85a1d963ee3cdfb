namespace Metrics.Core.Catalog;

/// <summary>
/// The views of all shards in generations: every change makes a new one, a lease holds the one that was current when it was taken, and
/// who lets go of something waits for the leases on generations from before.
/// </summary>
internal sealed class ViewSet : IShardViews
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Generation> _held = new();
    private readonly List<(long Before, TaskCompletionSource Done)> _waiting = [];
    private Generation _current = new(0, []);

    /// <summary>Leases that are held.</summary>
    public int Leases
    {
        get
        {
            lock (_gate)
            {
                return _current.Leases + _held.Sum(static g => g.Leases);
            }
        }
    }

    public ShardView this[int shard] => Volatile.Read(ref _current).Views[shard];

    public void Reset(IEnumerable<ShardView> views)
    {
        lock (_gate)
        {
            Replace([.. views]);
        }
    }

    /// <summary>Puts another view in a shard's place; the function is called under a lock.</summary>
    public void Update(int shard, Func<ShardView, ShardView> change)
    {
        lock (_gate)
        {
            var view = change(_current.Views[shard]);
            if (view != _current.Views[shard])
            {
                var views = (ShardView[])_current.Views.Clone();
                views[shard] = view;
                Replace(views);
            }
        }
    }

    public IViewLease Lease()
    {
        lock (_gate)
        {
            _current.Leases++;
            return new ViewLease(this, _current);
        }
    }

    /// <summary>Completes when no lease is held on views older than the current ones.</summary>
    public Task WaitForOlderLeases()
    {
        lock (_gate)
        {
            if (_held.Count == 0)
            {
                return Task.CompletedTask;
            }

            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((_current.Number, done));
            return done.Task;
        }
    }

    private void Replace(ShardView[] views)
    {
        var old = _current;
        Volatile.Write(ref _current, new Generation(old.Number + 1, views));
        if (old.Leases > 0)
        {
            _held.AddLast(old);
        }
    }

    private void Release(Generation generation)
    {
        lock (_gate)
        {
            if (--generation.Leases > 0 || generation == _current)
            {
                return;
            }

            _held.Remove(generation);
            var oldest = _held.First?.Value.Number ?? long.MaxValue;
            foreach (var (before, done) in _waiting)
            {
                if (before <= oldest)
                {
                    done.SetResult();
                }
            }

            _waiting.RemoveAll(w => w.Before <= oldest);
        }
    }

    private sealed class Generation(long number, ShardView[] views)
    {
        public long Number { get; } = number;

        public ShardView[] Views { get; } = views;

        public int Leases { get; set; }
    }

    private sealed class ViewLease(ViewSet set, Generation generation) : IViewLease
    {
        private int _disposed;

        public ShardView this[int shard] => generation.Views[shard];

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                set.Release(generation);
            }
        }
    }
}

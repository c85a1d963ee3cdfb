using System.Collections.Concurrent;

namespace Metrics.Core.Catalog;

/// <content>Deleting what no catalog lists, once no reader can still want it; and blocks that were found damaged.</content>
public sealed partial class ShardStore
{
    private const long SweepEveryMs = 24 * 3_600_000;

    /// <summary>Which leases the deletion of an object waits for; what is not in here waits for none.</summary>
    private readonly ConcurrentDictionary<string, Task> _leases = new(StringComparer.Ordinal);

    private readonly ConcurrentQueue<DamagedBlock> _reports = new();
    private readonly ConcurrentDictionary<string, bool> _reported = new(StringComparer.Ordinal);
    private long _sweepDueMs = long.MaxValue;

    /// <summary>Has a block set aside, behind this call; once, however often it is reported.</summary>
    internal void ReportDamage(BlockInfo block, string reason)
    {
        if (!_reported.TryAdd(block.Name, true))
        {
            return;
        }

        CatalogLog.SetAside(_context.Logger, block.Name, reason);
        CatalogInstruments.Damaged.Add(1);
        _reports.Enqueue(new DamagedBlock(block, reason, _context.NowMs));
        _context.Wake(this);
    }

    /// <summary>Whether a block was reported, be it in the catalog already or not.</summary>
    internal bool IsReported(string name) => _reported.ContainsKey(name);

    private async Task ApplyDamageReportsAsync(CancellationToken cancellation)
    {
        while (_reports.TryPeek(out var report) && State != ShardStoreState.Fenced)
        {
            // One that is not listed any more has been replaced meanwhile: there is nothing to set aside.
            if (_catalog.Blocks.FirstOrDefault(b => b.Name == report.Block.Name) is { } listed)
            {
                await ApplyAsync(CatalogChange.Of("damaged") with { SetAside = [report with { Block = listed }] }, cancellation);
            }

            _reports.TryDequeue(out _);
        }
    }

    /// <summary>Puts on the list what the state's catalogs do not have any more.</summary>
    private static ShardState WithGarbage(ShardState state, IEnumerable<string> candidates)
    {
        var kept = state.Apply().Names().Concat(state.Published.Names()).Concat(state.Spooled().Select(static s => s.Info.Name)).ToHashSet(StringComparer.Ordinal);
        return state with { Garbage = [.. state.Garbage.Concat(candidates).Where(n => !kept.Contains(n)).Distinct(StringComparer.Ordinal)] };
    }

    /// <summary>Spooled blocks that are published need their files no more. Called while <see cref="_changing"/> is held.</summary>
    private void SettleSpool()
    {
        var pending = _state.Spooled().Select(static s => s.Info.Name).ToHashSet(StringComparer.Ordinal);
        var published = _state.Published.Names().ToHashSet(StringComparer.Ordinal);
        foreach (var spooled in _spooled.Values)
        {
            if (!pending.Contains(spooled.Info.Name) && published.Contains(spooled.Info.Name))
            {
                _context.Cache?.Adopt(spooled.Info, spooled.Path);
                Forget(spooled);
            }
        }

        var current = _context.Views.WaitForOlderLeases();
        foreach (var name in _state.Garbage)
        {
            if (_leases.TryAdd(name, current) && !current.IsCompleted)
            {
                _ = current.ContinueWith(_ => _context.Wake(this), TaskScheduler.Default);
            }
        }
    }

    private void Forget(NewBlock spooled)
    {
        if (_spooled.TryRemove(spooled.Info.Name, out _))
        {
            _context.Open.Forget(spooled.Path);
            DeleteFile(spooled.Path);
            _context.Spool.Release(spooled.Info.Bytes);
        }
    }

    private async Task DeleteGarbageAsync(CancellationToken cancellation)
    {
        if (State != ShardStoreState.Owned)
        {
            return;
        }

        var deleted = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var name in _state.Garbage.Where(n => !_leases.TryGetValue(n, out var held) || held.IsCompleted))
            {
                await _context.Store.DeleteAsync(name, cancellation);
                deleted.Add(name);
                _context.Cache?.Remove(name);
                if (_context.LocalPathOf(name) is { } path)
                {
                    _context.Open.Forget(path);
                }

                if (_spooled.TryGetValue(name, out var spooled))
                {
                    Forget(spooled);
                }

                CatalogLog.Deleted(_context.Logger, name);
            }
        }
        finally
        {
            if (deleted.Count > 0)
            {
                await ForgetGarbageAsync(deleted);
            }
        }
    }

    private async Task ForgetGarbageAsync(HashSet<string> deleted)
    {
        await _changing.WaitAsync(CancellationToken.None);
        try
        {
            WriteState(_state with { Garbage = [.. _state.Garbage.Where(n => !deleted.Contains(n))] });
            foreach (var name in deleted)
            {
                _leases.TryRemove(name, out _);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>
    /// Finds objects that no catalog lists: what a crash between a put and the catalog left. Those of a newer epoch are another owner's that
    /// has not come to write its catalog.
    /// </summary>
    private async Task SweepIfDueAsync(CancellationToken cancellation)
    {
        if (State != ShardStoreState.Owned || _context.NowMs < _sweepDueMs)
        {
            return;
        }

        var there = new List<string>();
        await foreach (var found in _context.Store.ListAsync(BlockName.Prefix(Shard), cancellation))
        {
            if (BlockName.EpochOf(found.Name) is { } epoch && epoch <= _catalog.Epoch)
            {
                there.Add(found.Name);
            }
        }

        await FenceIfLostAsync(cancellation);
        if (State != ShardStoreState.Owned)
        {
            return;
        }

        await _changing.WaitAsync(cancellation);
        try
        {
            var before = _state.Garbage.Count;
            var next = WithGarbage(_state, there);
            if (next.Garbage.Count > before)
            {
                CatalogLog.Swept(_context.Logger, Shard, next.Garbage.Count - before);
                WriteState(next);
                SettleSpool();
            }
        }
        finally
        {
            _changing.Release();
        }

        _sweepDueMs = _context.NowMs + SweepEveryMs;
    }

    private async Task FenceIfLostAsync(CancellationToken cancellation)
    {
        var (document, _) = await ReadCatalogAsync(cancellation);
        if (document is not null && (document.Catalog.Epoch != _stored!.Catalog.Epoch || document.Owner != _state.Writer))
        {
            Fence(document.Catalog.Epoch);
        }
    }
}

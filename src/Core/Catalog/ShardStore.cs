using System.Collections.Concurrent;
using Metrics.Core.Blocks;

namespace Metrics.Core.Catalog;

/// <summary>
/// One shard's blocks: its catalog in the object store, fenced by an epoch, and on local disk what waits to get there.
/// </summary>
public sealed partial class ShardStore : IDisposable
{
    private readonly CatalogContext _context;
    private readonly StateFile _file;

    /// <summary>Held while the state changes.</summary>
    private readonly SemaphoreSlim _changing = new(1, 1);

    /// <summary>Blocks whose files are in the spool, by name.</summary>
    private readonly ConcurrentDictionary<string, NewBlock> _spooled = new(StringComparer.Ordinal);

    private readonly Lock _sequenceGate = new();
    private long _nextSequence = 1;
    private volatile ShardState _state = ShardState.New();
    private volatile ShardCatalog _catalog = ShardCatalog.Empty;
    private volatile ShardStoreState _ownership = ShardStoreState.Acquiring;

    internal ShardStore(int shard, string directory, CatalogContext context)
    {
        Shard = shard;
        _context = context;
        _file = new StateFile(context.Files, directory, shard);
    }

    public int Shard { get; }

    /// <summary>The catalog with everything applied that is on local disk.</summary>
    public ShardCatalog Catalog => _catalog;

    /// <summary>Whether this process owns the shard in the store, waits for the store to answer, or has been fenced off.</summary>
    public ShardStoreState State => _ownership;

    /// <summary>A sequence number for a block or tombstone; higher than all before.</summary>
    public long NextSequence()
    {
        lock (_sequenceGate)
        {
            // Numbers that another owner gave out are not known before the store has answered. Owners begin at 1 or at the clock and count
            // far less than one a millisecond, so that the clock is ahead of them all.
            _nextSequence = State == ShardStoreState.Owned ? _nextSequence : Math.Max(_nextSequence, _context.NowMs);
            return _nextSequence++;
        }
    }

    /// <summary>Where a new block's file is to be written: unique, in the spool directory.</summary>
    /// <returns>The object's name and the local path.</returns>
    /// <exception cref="IOException">The directory cannot be made.</exception>
    public (string Name, string Path) NewBlockPath(Resolution resolution, long fromMs, long toMs, long sequence)
    {
        EnsureStateOnDisk();
        var name = BlockName.Of(Shard, resolution, fromMs, toMs, _catalog.Epoch, sequence);
        return (name, _file.PathOf(name));
    }

    /// <summary>
    /// Makes a change durable on local disk and visible to readers. The object store gets it behind this call, in order; until
    /// then its blocks are read from local disk, and a restart goes on where this process stopped.
    /// </summary>
    /// <remarks>
    /// After <see cref="SpoolFullException"/> and <see cref="ShardFencedException"/> the caller may delete the files of the blocks that it wanted to add. After another
    /// <see cref="IOException"/> it must leave them, since a power cut may still bring the change about; the next start deletes those that nothing speaks of.
    /// </remarks>
    /// <exception cref="SpoolFullException">As much as may wait on local disk does.</exception>
    /// <exception cref="ShardFencedException">Another process owns the shard.</exception>
    /// <exception cref="IOException">The local disk failed; nothing has changed.</exception>
    public async Task ApplyAsync(CatalogChange change, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        foreach (var added in change.Add)
        {
            if (added.Path != _file.PathOf(added.Info.Name))
            {
                throw new ArgumentException($"{added.Path} is not where {nameof(NewBlockPath)} put {added.Info.Name}.", nameof(change));
            }
        }

        await _changing.WaitAsync(cancellation);
        try
        {
            if (State == ShardStoreState.Fenced)
            {
                throw new ShardFencedException($"Another process has taken shard {Shard} over.");
            }

            ApplyLocally(change);
        }
        finally
        {
            _changing.Release();
        }

        _context.Wake(this);
    }

    /// <summary>Called by the <see cref="ShardStores"/> that it is of.</summary>
    public void Dispose()
    {
        _changing.Dispose();
        _pumping.Dispose();
    }

    internal bool IsSpooled(string name) => _spooled.ContainsKey(name);

    /// <summary>The file of a block that is in the spool; null when it is not there.</summary>
    internal LocalBlockFile? OpenSpooled(BlockInfo block) =>
        _spooled.TryGetValue(block.Name, out var spooled) ? LocalBlockFile.TryOpen(_context.Open, spooled.Path, spooled.Info.Bytes) : null;

    /// <summary>Before there are files in the spool, so that files without a state mean that the state was lost.</summary>
    private void EnsureStateOnDisk()
    {
        if (_file.Exists)
        {
            return;
        }

        _changing.Wait();
        try
        {
            if (!_file.Exists)
            {
                _file.Write(_state);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Called while <see cref="_changing"/> is held.</summary>
    private void ApplyLocally(CatalogChange change)
    {
        var bytes = change.Add.Sum(static a => a.Info.Bytes);
        _context.Spool.Reserve(bytes);
        try
        {
            _file.Write(_state.With(change));
        }
        catch
        {
            _context.Spool.Release(bytes);
            throw;
        }

        foreach (var added in change.Add)
        {
            _spooled[added.Info.Name] = added;
        }

        Show(_state.With(change));
        CatalogLog.Applied(_context.Logger, Shard, change.Reason, change.Add.Count, change.Remove.Count, bytes);
    }

    /// <summary>Makes a state that is on disk the current one, for readers too.</summary>
    private void Show(ShardState state)
    {
        var catalog = state.Apply();
        _state = state;
        _catalog = catalog;
        lock (_sequenceGate)
        {
            _nextSequence = Math.Max(_nextSequence, catalog.NextSequence);
        }

        ShowView();
    }

    /// <summary>Whether the object store has said since the start that it has nothing that local disk does not know.</summary>
    private volatile bool _isKnown;

    private void ShowView()
    {
        var problem = State switch
        {
            ShardStoreState.Owned => null,
            ShardStoreState.Fenced => $"Another process has taken shard {Shard} over.",
            _ when _isKnown => null,
            _ => $"The object store ({_context.Store.Description}) has not said since the start what shard {Shard} has{(LastError is null ? "" : ": " + LastError)}.",
        };
        var catalog = _catalog;
        _context.Views.Update(Shard, view => view with { Catalog = catalog, Problem = problem });
    }
}

/// <summary>How a shard's store stands.</summary>
public enum ShardStoreState
{
    /// <summary>The object store has not confirmed the ownership yet; local work goes on.</summary>
    Acquiring,

    /// <summary>This process owns the shard.</summary>
    Owned,

    /// <summary>Another process took the shard over: nothing is written any more.</summary>
    Fenced,
}

/// <summary>The bound on what waits on local disk for the object store is reached.</summary>
public sealed class SpoolFullException(string message) : IOException(message);

/// <summary>Another process has taken the shard over.</summary>
public sealed class ShardFencedException(string message) : InvalidOperationException(message);

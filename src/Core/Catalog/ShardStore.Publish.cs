using Metrics.Core.Files;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Catalog;

/// <content>From local disk to the object store. One pump at a time; every step may be repeated.</content>
public sealed partial class ShardStore
{
    private readonly SemaphoreSlim _pumping = new(1, 1);

    /// <summary>The version of the catalog object that this process read or wrote last.</summary>
    private ObjectVersion? _version;

    /// <summary>The catalog object as this process read or wrote it last.</summary>
    private CatalogDocument? _stored;

    private volatile bool _wanted;

    /// <summary>Why the last try failed; null after one that succeeded.</summary>
    internal string? LastError { get; private set; }

    internal long? LastPublishedAtMs { get; private set; }

    internal int PendingChanges => _state.Pending.Count;

    internal int GarbageObjects => _state.Garbage.Count;

    /// <summary>From now on the pump takes the shard over, again after it was lost.</summary>
    internal void Want()
    {
        _wanted = true;
        if (State == ShardStoreState.Fenced)
        {
            _ownership = ShardStoreState.Acquiring;
            ShowView();
        }
    }

    internal void WantUnlessFenced(bool told) => _wanted |= !told;

    /// <summary>Does what there is to do in the object store.</summary>
    /// <exception cref="ObjectStoreException">The store failed: to be called again.</exception>
    /// <exception cref="IOException">The local disk failed: to be called again.</exception>
    internal async Task PumpAsync(CancellationToken cancellation)
    {
        await _pumping.WaitAsync(cancellation);
        try
        {
            await ApplyDamageReportsAsync(cancellation);
            if (!_wanted || State == ShardStoreState.Fenced)
            {
                return;
            }

            if (State == ShardStoreState.Acquiring)
            {
                await AcquireAsync(cancellation);
            }

            while (State == ShardStoreState.Owned && _state.Pending.Count > 0)
            {
                await PublishAsync(cancellation);
            }

            await SweepIfDueAsync(cancellation);
            await DeleteGarbageAsync(cancellation);
            LastError = null;
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LastError = error.Message;
            CatalogInstruments.PublishFailures.Add(1);
            ShowView();
            throw;
        }
        finally
        {
            _pumping.Release();
        }
    }

    /// <summary>Writes the store's catalog back with the next epoch: from then on nobody else can write it.</summary>
    private async Task AcquireAsync(CancellationToken cancellation)
    {
        const int Tries = 3;
        for (var i = 1; ; i++)
        {
            var (document, version) = await ReadCatalogAsync(cancellation);
            if (document is null && _state.Published.Version > 0)
            {
                CatalogLog.CatalogGone(_context.Logger, Shard, _state.Published.Blocks.Count);
            }

            var catalog = document?.Catalog ?? _state.Published;
            var applied = document?.Applied ?? new Dictionary<string, long>();
            var foreign = document is not null && document.Owner != _state.Writer;
            var taken = catalog with { Epoch = Math.Max(catalog.Epoch, _catalog.Epoch) + 1, Version = catalog.Version + 1 };
            var mine = new CatalogDocument(CheckedJson.NoCrc, CatalogDocument.CurrentVersion, Shard, _state.Writer, applied, taken);
            try
            {
                await PutCatalogAsync(mine, version, cancellation);
            }
            catch (ConditionFailedException) when (i < Tries)
            {
                continue;
            }

            await RebaseAsync(taken, applied.GetValueOrDefault(_state.Writer), foreign, cancellation);
            _sweepDueMs = _context.NowMs;
            CatalogLog.Acquired(_context.Logger, Shard, taken.Epoch, _catalog.Blocks.Count, _state.Pending.Count);
            return;
        }
    }

    /// <summary>Puts the local changes that have not arrived on top of what the store has.</summary>
    private async Task RebaseAsync(ShardCatalog catalog, long applied, bool foreign, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            var before = _state;
            var pending = new List<PendingChange>();
            var current = catalog;
            foreach (var change in before.Pending.Where(p => p.Number > applied))
            {
                if (foreign && !change.Change.Fits(current))
                {
                    CatalogLog.ChangeDropped(_context.Logger, Shard, change.Number, change.Change.Reason);
                    continue;
                }

                pending.Add(change);
                current = current.With(change.Change);
            }

            // Another owner may have sealed what memory here never had.
            var known = before.Apply().Names().ToHashSet(StringComparer.Ordinal);
            var newEndMs = current.All().Where(b => !known.Contains(b.Name)).EndMs();
            var next = before with { LastChange = Math.Max(before.LastChange, applied), Published = catalog, Pending = pending };
            if (newEndMs != long.MinValue)
            {
                _context.Views.Update(Shard, view => view with { HotFromMs = Math.Max(view.HotFromMs, newEndMs) });
            }

            WriteState(WithGarbage(next, before.Spooled().Select(static s => s.Info.Name)));
            _ownership = ShardStoreState.Owned;
            LastError = null;
            ShowView();
            SettleSpool();
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Publishes the changes that are pending now.</summary>
    private async Task PublishAsync(CancellationToken cancellation)
    {
        var state = _state;
        var target = state.Apply();
        var listed = target.Names().ToHashSet(StringComparer.Ordinal);
        var published = state.Published.Names().ToHashSet(StringComparer.Ordinal);
        var adds = state.Spooled().Where(a => listed.Contains(a.Info.Name) && !published.Contains(a.Info.Name)).ToList();
        var found = new List<NewBlock>();
        foreach (var added in adds)
        {
            if (!await PutBlockAsync(added, cancellation))
            {
                found.Add(added);
            }
        }

        var last = state.Pending[^1].Number;
        var applied = new Dictionary<string, long>(_stored!.Applied) { [state.Writer] = last };
        try
        {
            await PutCatalogAsync(_stored with { Owner = state.Writer, Applied = applied, Catalog = target }, _version, cancellation);
        }
        catch (ConditionFailedException)
        {
            await FindOutWhoWroteAsync(cancellation);
            return;
        }

        // One that was there before may have been swept by somebody who was about to lose the shard.
        foreach (var added in found)
        {
            await PutBlockAsync(added, cancellation);
        }

        await MarkPublishedAsync(target, last, cancellation);
        var bytes = adds.Sum(static a => a.Info.Bytes);
        CatalogInstruments.PublishedBlocks.Add(adds.Count);
        CatalogInstruments.PublishedBytes.Add(bytes);
        CatalogLog.Published(_context.Logger, Shard, state.Pending.Count, adds.Count, bytes);
    }

    /// <returns>False when it was there already.</returns>
    private async Task<bool> PutBlockAsync(NewBlock block, CancellationToken cancellation)
    {
        var name = block.Info.Name;
        FileContent content;
        try
        {
            content = new FileContent(_context.Files.Open(block.Path, FileOpening.Read));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            ReportDamage(block.Info, $"{block.Path} is not there");
            return true;
        }

        await using (content)
        {
            try
            {
                await _context.Store.PutAsync(name, content, PutCondition.Absent, cancellation);
                return true;
            }
            catch (ConditionFailedException)
            {
                await ThrowIfAnotherAsync(name, content, cancellation);
                return false;
            }
        }
    }

    /// <summary>Names are unique, so that an object of the same name is this block, put by a try whose answer was lost. Its end, with the checksums, shows it.</summary>
    private async Task ThrowIfAnotherAsync(string name, FileContent content, CancellationToken cancellation)
    {
        const int End = 4096;
        var length = (int)Math.Min(End, content.Length);
        var ours = new byte[length];
        var theirs = new byte[length + 1];
        content.Position = content.Length - length;
        await content.ReadExactlyAsync(ours, cancellation);
        var read = await _context.Store.ReadAsync(name, content.Length - length, theirs, cancellation);
        if (read != length || !theirs.AsSpan(0, length).SequenceEqual(ours))
        {
            throw new ObjectStoreException($"The object store has another {name} than is to be put.");
        }
    }

    private async Task MarkPublishedAsync(ShardCatalog catalog, long last, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            var before = _state;
            var next = before with { Published = catalog, Pending = [.. before.Pending.Where(p => p.Number > last)] };
            var gone = before.Published.Names().Concat(before.Pending.Where(p => p.Number <= last).SelectMany(static p => p.Change.Add).Select(static a => a.Info.Name));
            WriteState(WithGarbage(next, gone));
            LastPublishedAtMs = _context.NowMs;
            SettleSpool();
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The catalog object is not what this process left there: by a put whose answer was lost, or by another owner.</summary>
    private async Task FindOutWhoWroteAsync(CancellationToken cancellation)
    {
        var epoch = _stored!.Catalog.Epoch;
        var (document, version) = await ReadCatalogAsync(cancellation);
        if (document is not null && document.Catalog.Epoch == epoch && document.Owner == _state.Writer)
        {
            (_stored, _version) = (document, version);
            await MarkPublishedAsync(document.Catalog, document.Applied.GetValueOrDefault(_state.Writer), cancellation);
            return;
        }

        Fence(document?.Catalog.Epoch ?? 0);
    }

    private void Fence(long epoch)
    {
        _ownership = ShardStoreState.Fenced;
        CatalogInstruments.Fenced.Add(1);
        CatalogLog.Fenced(_context.Logger, Shard, epoch, _catalog.Epoch, _state.Pending.Count);
        ShowView();
    }

    private async Task<(CatalogDocument? Document, ObjectVersion? Version)> ReadCatalogAsync(CancellationToken cancellation)
    {
        var name = BlockName.Catalog(Shard);
        if (await _context.Store.GetAsync(name, CatalogDocument.MaxBytes, cancellation) is not { } stored)
        {
            return (null, null);
        }

        try
        {
            return (CatalogDocument.Parse(stored.Content, Shard), stored.Version);
        }
        catch (InvalidDataException error)
        {
            throw new ObjectStoreException($"{name} in the object store cannot be used: {error.Message}. Restore it; until then nothing of the shard is published.", error);
        }
    }

    private async Task PutCatalogAsync(CatalogDocument document, ObjectVersion? version, CancellationToken cancellation)
    {
        using var content = new MemoryStream(document.ToBytes(), writable: false);
        var condition = version is { } read ? PutCondition.Matches(read) : PutCondition.Absent;
        _version = await _context.Store.PutAsync(BlockName.Catalog(Shard), content, condition, cancellation);
        _stored = document;
    }

    /// <summary>Called while <see cref="_changing"/> is held.</summary>
    private void WriteState(ShardState state)
    {
        _file.Write(state);
        Show(state);
    }
}

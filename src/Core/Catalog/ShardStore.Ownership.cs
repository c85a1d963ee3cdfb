using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Catalog;

/// <content>Taking a shard over, and losing it.</content>
public sealed partial class ShardStore
{
    /// <summary>Writes the store's catalog back with the next epoch: from then on nobody else can write it.</summary>
    private async Task AcquireAsync(CancellationToken cancellation)
    {
        const int Tries = 3;
        for (var i = 1; ; i++)
        {
            var (document, version) = await ReadCatalogAsync(cancellation);

            // Nobody else has written it: what is on local disk is all there is, whether the take-over succeeds or not.
            _isKnown = document is null || document.Owner == _state.Writer;
            if (document is null && _state.Published.Version > 0)
            {
                CatalogLog.CatalogGone(_context.Logger, Shard, _state.Published.Blocks.Count);
            }

            var catalog = document?.Catalog ?? _state.Published;
            var applied = document?.Applied ?? new Dictionary<string, AppliedChange>();
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

            _put.Clear();
            _found.Clear();
            await RebaseAsync(taken, applied, foreign, cancellation);
            _sweepDueMs = _context.NowMs;
            CatalogLog.Acquired(_context.Logger, Shard, taken.Epoch, _catalog.Blocks.Count, _state.Pending.Count);
            return;
        }
    }

    /// <summary>Puts the local changes that have not arrived on top of what the store has.</summary>
    private async Task RebaseAsync(ShardCatalog catalog, IReadOnlyDictionary<string, AppliedChange> applied, bool foreign, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            var before = _state;
            var arrived = before.ArrivedUpTo(applied);
            var pending = new List<PendingChange>();
            var current = catalog;
            foreach (var change in before.Pending.Where(p => p.Number > arrived))
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
            var next = before with { LastChange = Math.Max(before.LastChange, applied.GetValueOrDefault(before.Writer)?.Number ?? 0), Published = catalog, Pending = pending };
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

    /// <summary>The catalog object is not what this process left there: by a put whose answer was lost, or by another owner.</summary>
    private async Task FindOutWhoWroteAsync(CancellationToken cancellation)
    {
        var epoch = _stored!.Catalog.Epoch;
        var (document, version) = await ReadCatalogAsync(cancellation);
        if (document is not null && document.Catalog.Epoch == epoch && document.Owner == _state.Writer)
        {
            (_stored, _version) = (document, version);
            await MarkPublishedAsync(document.Catalog, _state.ArrivedUpTo(document.Applied), cancellation);
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
}

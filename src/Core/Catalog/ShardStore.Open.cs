using Metrics.Core.Files;

namespace Metrics.Core.Catalog;

/// <content>From local disk at the start.</content>
public sealed partial class ShardStore
{
    /// <summary>Reads the local state; the object store is not asked.</summary>
    /// <exception cref="IOException">The local disk cannot be read.</exception>
    internal async Task OpenAsync(CancellationToken cancellation)
    {
        ShardState? state = null;
        string? damage = null;
        try
        {
            state = _file.Read();
        }
        catch (InvalidDataException error)
        {
            damage = error.Message;
        }

        if (state is null)
        {
            await RecoverAsync(damage, cancellation);
        }
        else
        {
            _state = state;
            DeleteOrphans();
        }

        _catalog = _state.Apply();
        _nextSequence = _catalog.NextSequence;
        foreach (var spooled in _state.Spooled())
        {
            _spooled[spooled.Info.Name] = spooled;
            _context.Spool.Add(spooled.Info.Bytes);
        }

        // What memory had sealed and dropped before the restart is in blocks: only after the newest of them is it complete.
        _context.Views.Update(Shard, view => view with { HotFromMs = _catalog.All().EndMs() });
        ShowView();
        SetAsideMissing();
    }

    /// <summary>
    /// Without a state, the blocks of the spool are what there is: those that are whole become pending changes again. That one of them
    /// may be published already, or replaced, does no harm.
    /// </summary>
    private async Task RecoverAsync(string? damage, CancellationToken cancellation)
    {
        var found = new List<NewBlock>();
        foreach (var file in _file.ListSpool().Where(static f => f.EndsWith(BlockName.Extension, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (await SpoolRecovery.ReadAsync(_context.Files, Shard, Path.Combine(_file.Spool, file), _context.Logger, cancellation) is { } block)
            {
                found.Add(block);
            }
        }

        if (damage is not null)
        {
            CatalogLog.StateDamaged(_context.Logger, Shard, damage, _file.SetAside(), found.Count);
        }
        else if (found.Count > 0)
        {
            CatalogLog.StateMissing(_context.Logger, Shard, found.Count);
        }

        if (found.Count > 0)
        {
            var state = ShardState.New().With(CatalogChange.Of("recovered") with { Add = found });
            _file.Write(state);
            _state = state;
        }
    }

    private void DeleteOrphans()
    {
        var known = _state.Spooled().Select(static s => Path.GetFileName(s.Path)).ToHashSet(StringComparer.Ordinal);
        var deleted = 0;
        foreach (var file in _file.ListSpool().Where(f => !known.Contains(f) && !f.EndsWith(SpoolRecovery.AsideExtension, StringComparison.Ordinal)))
        {
            deleted += DeleteFile(Path.Combine(_file.Spool, file)) ? 1 : 0;
        }

        if (deleted > 0)
        {
            CatalogLog.OrphansDeleted(_context.Logger, Shard, deleted);
        }
    }

    /// <summary>Blocks whose files should be in the spool and are not, or not whole.</summary>
    private void SetAsideMissing()
    {
        foreach (var spooled in _spooled.Values.Where(s => _catalog.Blocks.Any(b => b.Name == s.Info.Name)))
        {
            try
            {
                using var file = _context.Files.Open(spooled.Path, FileOpening.Read);
                if (file.Length != spooled.Info.Bytes)
                {
                    ReportDamage(spooled.Info, $"{spooled.Path} has {file.Length} bytes instead of {spooled.Info.Bytes}");
                }
            }
            catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
            {
                ReportDamage(spooled.Info, $"{spooled.Path} is not there");
            }
        }
    }

    private bool DeleteFile(string path)
    {
        try
        {
            if (_context.Files.FileExists(path))
            {
                _context.Files.Delete(path);
            }

            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            CatalogLog.DeleteFailed(_context.Logger, error, path);
            return false;
        }
    }
}

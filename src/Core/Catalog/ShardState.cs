namespace Metrics.Core.Catalog;

/// <summary>What a process knows of a shard and has on its own disk: one immutable version of it.</summary>
/// <param name="Writer">Names the data directory in <see cref="CatalogDocument.Applied"/>.</param>
/// <param name="LastChange">Number of the newest change.</param>
/// <param name="Published">The catalog in the object store, as far as is known.</param>
/// <param name="Pending">Changes that are not in it, in order.</param>
/// <param name="Garbage">Objects that the published catalog lists no more and that are to be deleted.</param>
internal sealed record ShardState(
    string Writer, long LastChange, ShardCatalog Published, IReadOnlyList<PendingChange> Pending, IReadOnlyList<string> Garbage)
{
    public static ShardState New() => new(Guid.NewGuid().ToString("n"), 0, ShardCatalog.Empty, [], []);

    /// <summary>The published catalog with every pending change.</summary>
    public ShardCatalog Apply() => Pending.Aggregate(Published, static (catalog, pending) => catalog.With(pending.Change));

    /// <summary>Blocks whose files are in the spool directory.</summary>
    public IEnumerable<NewBlock> Spooled() => Pending.SelectMany(static p => p.Change.Add);

    /// <summary>One more change.</summary>
    public ShardState With(CatalogChange change) =>
        this with { LastChange = LastChange + 1, Pending = [.. Pending, new PendingChange(LastChange + 1, Guid.NewGuid().ToString("n"), change)] };

    /// <summary>Up to which number the pending changes are in a catalog, by what that says of this data directory.</summary>
    public long ArrivedUpTo(IReadOnlyDictionary<string, AppliedChange> applied)
    {
        if (!applied.TryGetValue(Writer, out var last))
        {
            return 0;
        }

        // A directory that was put back to an older state gives numbers out again. Its changes are others then, and none of them arrived.
        return Pending.FirstOrDefault(p => p.Number == last.Number) is { } same
            ? same.Id == last.Id ? last.Number : 0
            : last.Number > LastChange ? 0 : last.Number;
    }
}

/// <summary>A change that is on local disk and not in the object store.</summary>
/// <param name="Number">Its place among the changes of this data directory.</param>
/// <param name="Id">Its own for ever.</param>
/// <param name="Change">What it does.</param>
internal sealed record PendingChange(long Number, string Id, CatalogChange Change);

/// <summary>A data directory's last change that is in a catalog.</summary>
internal sealed record AppliedChange(long Number, string Id);

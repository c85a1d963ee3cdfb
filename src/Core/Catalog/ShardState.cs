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
        this with { LastChange = LastChange + 1, Pending = [.. Pending, new PendingChange(LastChange + 1, change)] };
}

/// <summary>A change that is on local disk and not in the object store.</summary>
internal sealed record PendingChange(long Number, CatalogChange Change);

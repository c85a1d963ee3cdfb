using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Backup;

/// <summary>
/// Reads every block that the catalogs of a store list, and checks every checksum and index in them. Changes nothing.
/// </summary>
public sealed class VerifyJob(IObjectStore store)
{
    internal const string NotThere = "the object is not there";

    private const int Parallel = 4;

    private readonly Lock _gate = new();
    private readonly List<Finding> _findings = [];
    private long _blocksDone;
    private long _bytesDone;

    /// <summary>Checks a data set.</summary>
    /// <exception cref="BackupException">The store has no data set.</exception>
    /// <exception cref="ObjectStoreUnavailableException">The store does not answer: nothing can be said.</exception>
    public async Task<VerifyResult> RunAsync(IProgress<CopyProgress>? progress = null, CancellationToken cancellation = default)
    {
        var (shards, objects) = await StoredCatalogs.ListAsync(store, cancellation);
        if (shards == 0)
        {
            throw new BackupException($"{store.Description} has no data set: there is nothing to verify.");
        }

        var blocks = new List<StoredBlock>();
        var aside = new List<Finding>();
        for (var shard = 0; shard < shards; shard++)
        {
            var (catalog, problem) = await StoredCatalogs.TryReadAsync(store, shard, cancellation);
            if (catalog is null)
            {
                _findings.Add(new Finding(BlockName.Catalog(shard), [problem!]));
                continue;
            }

            blocks.AddRange(catalog.Blocks.Select(block => new StoredBlock(shard, block)));
            aside.AddRange(catalog.Damaged.Select(static d => new Finding(d.Block.Name, [d.Reason])));
        }

        return await CheckAsync(shards, blocks, objects, aside, IsListedAsync, progress, cancellation);
    }

    /// <summary>Checks every block of every backup of a place.</summary>
    /// <exception cref="BackupException">There is no backup.</exception>
    /// <exception cref="ObjectStoreUnavailableException">The store does not answer: nothing can be said.</exception>
    public async Task<VerifyResult> RunBackupsAsync(IProgress<CopyProgress>? progress = null, CancellationToken cancellation = default)
    {
        var blocks = new Dictionary<string, StoredBlock>(StringComparer.Ordinal);
        var shards = 0;
        var ids = await RestoreJob.ListAsync(store, cancellation);
        if (ids.Count == 0)
        {
            throw new BackupException($"{store.Description} has no backup: there is nothing to verify.");
        }

        foreach (var id in ids)
        {
            var (manifest, problem) = await RestoreJob.TryReadAsync(store, id, cancellation);
            if (manifest is null)
            {
                _findings.Add(new Finding(BackupManifest.NameOf(id), [problem!]));
                continue;
            }

            shards = Math.Max(shards, manifest.Shards.Count);
            for (var shard = 0; shard < manifest.Shards.Count; shard++)
            {
                foreach (var block in manifest.Shards[shard].Blocks)
                {
                    blocks[block.Name] = new StoredBlock(shard, block);
                }
            }
        }

        var (_, objects) = await StoredCatalogs.ListAsync(store, cancellation);
        return await CheckAsync(shards, [.. blocks.Values], objects, [], static (_, _) => Task.FromResult(true), progress, cancellation);
    }

    private async Task<VerifyResult> CheckAsync(
        int shards,
        List<StoredBlock> blocks,
        Dictionary<string, long> objects,
        List<Finding> aside,
        Func<StoredBlock, CancellationToken, Task<bool>> isListed,
        IProgress<CopyProgress>? progress,
        CancellationToken cancellation)
    {
        var bytes = blocks.Sum(static b => b.Info.Bytes);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            blocks,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation },
            async (block, stop) =>
            {
                IReadOnlyList<string> problems;
                try
                {
                    problems = await block.CheckAsync(store, objects.GetValueOrDefault(block.Info.Name, block.Info.Bytes), stop);
                }
                catch (ObjectNotFoundException)
                {
                    // Compaction or retention may have replaced it since the catalog was read.
                    problems = await isListed(block, stop) ? [NotThere] : [];
                }

                lock (_gate)
                {
                    if (problems.Count != 0)
                    {
                        _findings.Add(new Finding(block.Info.Name, problems));
                    }

                    _blocksDone++;
                    _bytesDone += block.Info.Bytes;
                    progress?.Report(new CopyProgress(_blocksDone, blocks.Count, _bytesDone, bytes));
                }
            });
        _findings.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new VerifyResult(shards, blocks.Count, bytes, blocks.Sum(static b => b.Info.Samples), _findings, aside);
    }

    private async Task<bool> IsListedAsync(StoredBlock block, CancellationToken cancellation)
    {
        var (catalog, _) = await StoredCatalogs.TryReadAsync(store, block.Shard, cancellation);
        return catalog is null || catalog.Blocks.Any(b => b.Name == block.Info.Name);
    }
}

/// <summary>A damaged object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Problems">What is wrong, and where.</param>
public sealed record Finding(string Name, IReadOnlyList<string> Problems)
{
    /// <summary>Whether it is a block, and not a catalog or a backup's list.</summary>
    public bool IsBlock => Name.EndsWith(BlockName.Extension, StringComparison.Ordinal);
}

/// <summary>What was found.</summary>
/// <param name="Shards">Shards.</param>
/// <param name="Blocks">Blocks checked.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Samples">Samples and rollup rows in them.</param>
/// <param name="Damaged">What is damaged.</param>
/// <param name="SetAside">Blocks that were found damaged before, and are not read any more.</param>
public sealed record VerifyResult(
    int Shards, long Blocks, long Bytes, long Samples, IReadOnlyList<Finding> Damaged, IReadOnlyList<Finding> SetAside);

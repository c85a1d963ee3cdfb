using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Backup;

/// <summary>
/// Reads every block that the catalogs of a store list, and checks every checksum and index in them. Changes nothing.
/// </summary>
public sealed class VerifyJob(IObjectStore store)
{
    private const int Parallel = 4;

    private readonly Lock _gate = new();
    private readonly List<BlockFinding> _findings = [];
    private long _blocksDone;
    private long _bytesDone;

    /// <summary>Checks a data set.</summary>
    /// <exception cref="BackupException">The store has no data set, or a catalog cannot be read.</exception>
    /// <exception cref="ObjectStoreUnavailableException">The store does not answer: nothing can be said.</exception>
    public async Task<VerifyResult> RunAsync(IProgress<CopyProgress>? progress = null, CancellationToken cancellation = default)
    {
        var count = await StoredCatalogs.CountAsync(store, cancellation);
        if (count == 0)
        {
            throw new BackupException($"{store.Description} has no data set: there is nothing to verify.");
        }

        var blocks = new List<(int Shard, BlockInfo Block)>();
        var aside = new List<BlockFinding>();
        for (var shard = 0; shard < count; shard++)
        {
            var catalog = await StoredCatalogs.ReadAsync(store, shard, cancellation);
            blocks.AddRange(catalog.Blocks.Select(block => (shard, block)));
            aside.AddRange(catalog.Damaged.Select(d => new BlockFinding(shard, d.Block.Name, [d.Reason])));
        }

        return await CheckAsync(count, blocks, aside, progress, cancellation);
    }

    /// <summary>Checks every block of every backup of a place.</summary>
    /// <exception cref="BackupException">There is no backup, or one cannot be read.</exception>
    /// <exception cref="ObjectStoreUnavailableException">The store does not answer: nothing can be said.</exception>
    public async Task<VerifyResult> RunBackupsAsync(IProgress<CopyProgress>? progress = null, CancellationToken cancellation = default)
    {
        var blocks = new Dictionary<string, (int Shard, BlockInfo Block)>(StringComparer.Ordinal);
        var shards = 0;
        var ids = await RestoreJob.ListAsync(store, cancellation);
        if (ids.Count == 0)
        {
            throw new BackupException($"{store.Description} has no backup: there is nothing to verify.");
        }

        foreach (var id in ids)
        {
            var manifest = await RestoreJob.ReadAsync(store, id, cancellation);
            shards = manifest.Shards.Count;
            for (var shard = 0; shard < shards; shard++)
            {
                foreach (var block in manifest.Shards[shard].Blocks)
                {
                    blocks[block.Name] = (shard, block);
                }
            }
        }

        return await CheckAsync(shards, [.. blocks.Values], [], progress, cancellation);
    }

    private async Task<VerifyResult> CheckAsync(
        int shards, List<(int Shard, BlockInfo Block)> blocks, List<BlockFinding> aside, IProgress<CopyProgress>? progress, CancellationToken cancellation)
    {
        var bytes = blocks.Sum(static b => b.Block.Bytes);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            blocks,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation },
            async (item, stop) =>
            {
                var problems = await CheckAsync(item.Shard, item.Block, stop);
                lock (_gate)
                {
                    if (problems.Count != 0)
                    {
                        _findings.Add(new BlockFinding(item.Shard, item.Block.Name, problems));
                    }

                    _blocksDone++;
                    _bytesDone += item.Block.Bytes;
                    progress?.Report(new CopyProgress(_blocksDone, blocks.Count, _bytesDone, bytes));
                }
            });
        _findings.Sort(static (a, b) => string.CompareOrdinal(a.Block, b.Block));
        return new VerifyResult(shards, blocks.Count, bytes, blocks.Sum(static b => b.Block.Samples), _findings, aside);
    }

    /// <summary>What is wrong with one block; an object that a compaction has replaced meanwhile is looked up again.</summary>
    private async Task<IReadOnlyList<string>> CheckAsync(int shard, BlockInfo block, CancellationToken cancellation)
    {
        try
        {
            using var file = new StoredBlockFile(store, block);
            return await BlockReader.VerifyAsync(file, block.Name, cancellation);
        }
        catch (ObjectNotFoundException)
        {
            if (await store.GetAsync(BlockName.Catalog(shard), CatalogDocument.MaxBytes, cancellation) is null)
            {
                return ["the object is not there"];
            }

            var now = await StoredCatalogs.ReadAsync(store, shard, cancellation);
            return now.Blocks.Any(b => b.Name == block.Name) ? ["the object is not there"] : [];
        }
        catch (Exception e) when (e is BlockDamagedException or InvalidDataException)
        {
            return [e.Message];
        }
    }
}

/// <summary>A damaged block.</summary>
/// <param name="Shard">Its shard.</param>
/// <param name="Block">The object's name.</param>
/// <param name="Problems">What is wrong, and where.</param>
public sealed record BlockFinding(int Shard, string Block, IReadOnlyList<string> Problems);

/// <summary>What was found.</summary>
/// <param name="Shards">Shards.</param>
/// <param name="Blocks">Blocks checked.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Samples">Samples and rollup rows in them.</param>
/// <param name="Damaged">Those that are damaged.</param>
/// <param name="SetAside">Those that were found damaged before, and are not read any more.</param>
public sealed record VerifyResult(
    int Shards, long Blocks, long Bytes, long Samples, IReadOnlyList<BlockFinding> Damaged, IReadOnlyList<BlockFinding> SetAside);

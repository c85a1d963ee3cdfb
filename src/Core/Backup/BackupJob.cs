using System.Globalization;
using System.Text;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Backup;

/// <summary>
/// Copies a data set's blocks and catalogs to another store, while its server runs: catalogs first, then what they list. A backup
/// takes only what the place does not have from earlier ones. Nothing of the data set is changed. Blocks that are set aside as damaged are not taken.
/// </summary>
public sealed class BackupJob(IObjectStore source, IObjectStore target, TimeProvider time)
{
    /// <summary>Compaction may replace blocks while they are copied; the new ones are then copied instead.</summary>
    private const int Rounds = 10;

    /// <exception cref="BackupException">There is nothing to back up, or it does not stand still for long enough.</exception>
    /// <exception cref="ObjectStoreException">A store failed. What was copied stays, and the next backup goes on from there.</exception>
    public async Task<CopyResult> RunAsync(IProgress<CopyProgress>? progress = null, CancellationToken cancellation = default)
    {
        var now = time.GetUtcNow();
        var shards = new ShardCatalog[await StoredCatalogs.CountAsync(source, cancellation)];
        if (shards.Length == 0)
        {
            throw new BackupException($"{source.Description} has no data set: there is nothing to back up.");
        }

        for (var i = 0; i < shards.Length; i++)
        {
            shards[i] = await StoredCatalogs.ReadAsync(source, i, cancellation);
        }

        var ids = await RestoreJob.ListAsync(target, cancellation);
        var copier = new BlockCopier(source, target, replaces: false, progress);
        await copier.PrepareAsync(await KnownAsync(ids, cancellation), cancellation);
        copier.Expect(shards.Sum(static s => (long)s.Blocks.Count), shards.Sum(static s => s.Blocks.Sum(static b => b.Bytes)));
        for (var i = 0; i < shards.Length; i++)
        {
            shards[i] = await CopyShardAsync(copier, i, shards[i], cancellation);
        }

        var retention = await source.GetAsync(RetentionPolicies.ObjectName, RetentionFile.MaxBytes, cancellation);
        var manifest = new BackupManifest(
            CheckedJson.NoCrc,
            BackupManifest.CurrentVersion,
            FreeId(now, ids),
            now.ToUnixTimeMilliseconds(),
            shards,
            retention is null ? null : Encoding.UTF8.GetString(retention.Content));

        // Last of all: a backup that was broken off is none.
        using var text = new MemoryStream(manifest.ToBytes());
        await target.PutAsync(BackupManifest.NameOf(manifest.Id), text, PutCondition.None, cancellation);
        return new CopyResult(manifest, copier.Copied, copier.CopiedBytes, copier.Skipped);
    }

    /// <summary>What the newest backup lists. One that is damaged lists nothing: then more is compared.</summary>
    private async Task<IEnumerable<BlockInfo>> KnownAsync(IReadOnlyList<string> ids, CancellationToken cancellation) =>
        ids.Count != 0 && (await RestoreJob.TryReadAsync(target, ids[^1], cancellation)).Manifest is { } newest ? newest.Shards.SelectMany(static s => s.Blocks) : [];

    private static string FreeId(DateTimeOffset now, IReadOnlyList<string> taken)
    {
        for (; ; now = now.AddSeconds(1))
        {
            var id = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            if (!taken.Contains(id))
            {
                return id;
            }
        }
    }

    private async Task<ShardCatalog> CopyShardAsync(BlockCopier copier, int shard, ShardCatalog catalog, CancellationToken cancellation)
    {
        for (var round = 1; ; round++)
        {
            try
            {
                await copier.CopyAsync(catalog.Blocks, cancellation);
                return catalog;
            }
            catch (ObjectNotFoundException e)
            {
                var newer = await StoredCatalogs.ReadAsync(source, shard, cancellation);
                if (newer.Version == catalog.Version || round == Rounds)
                {
                    throw new BackupException(
                        $"{e.Message} The catalog of shard {shard} lists it. metrics verify has the server set it aside; then this can go on.");
                }

                catalog = newer;
            }
        }
    }
}

using System.Text;
using Metrics.Core.Catalog;
using Metrics.Core.Files;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Storage;

namespace Metrics.Core.Backup;

/// <summary>Makes a data set out of a backup, where there is none. One that was broken off is begun again and goes on.</summary>
public sealed class RestoreJob(IObjectStore backups, IObjectStore target, IFileSystem files, string dataPath)
{
    /// <summary>The backups of a place, oldest first.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync(IObjectStore backups, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(backups);
        var ids = new List<string>();
        await foreach (var item in backups.ListAsync(BackupManifest.Prefix, cancellation))
        {
            ids.Add(Path.GetFileNameWithoutExtension(item.Name));
        }

        ids.Sort(StringComparer.Ordinal);
        return ids;
    }

    /// <param name="id">Which backup; null for the newest.</param>
    /// <param name="progress">Told of every block.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="BackupException">There is no such backup, or a data set where it should go.</exception>
    /// <exception cref="FileLockedException">A server runs on the data directory.</exception>
    public async Task<CopyResult> RunAsync(string? id, IProgress<CopyProgress>? progress = null, CancellationToken cancellation = default)
    {
        var ids = await ListAsync(backups, cancellation);
        if (ids.Count == 0)
        {
            throw new BackupException($"{backups.Description} has no backup.");
        }

        if (id is not null && !ids.Contains(id))
        {
            throw new BackupException($"{backups.Description} has no backup {id}; the newest are {string.Join(", ", ids.Reverse().Take(5))}.");
        }

        var manifest = await ReadAsync(backups, id ?? ids[^1], cancellation);
        files.CreateDirectory(dataPath);
        using var held = files.Lock(Path.Combine(dataPath, StorageEngine.LockFile));
        if (files.FileExists(Path.Combine(dataPath, DataSetManifest.FileName)))
        {
            throw new BackupException($"{dataPath} has a data set. Restore into an empty directory: set Metrics:DataPath to one.");
        }

        if (await target.GetAsync(BlockName.Catalog(0), CatalogDocument.MaxBytes, cancellation) is not null)
        {
            throw new BackupException($"{target.Description} has a data set. Restore into an empty store: set Metrics:ObjectStore to one.");
        }

        var copier = new BlockCopier(backups, target, progress);
        await copier.PrepareAsync(cancellation);
        copier.Expect(manifest.Blocks, manifest.Bytes);
        foreach (var shard in manifest.Shards)
        {
            await copier.CopyAsync(shard.Blocks, cancellation);
        }

        if (manifest.Retention is { } retention)
        {
            await PutAsync(RetentionPolicies.ObjectName, Encoding.UTF8.GetBytes(retention), cancellation);
        }

        // Shard 0 last, and after it the directory: until then a restore that was broken off can be begun again.
        for (var i = manifest.Shards.Count - 1; i >= 0; i--)
        {
            var document = new CatalogDocument(
                CheckedJson.NoCrc, CatalogDocument.CurrentVersion, i, "restored", new Dictionary<string, AppliedChange>(), manifest.Shards[i] with { Damaged = [] });
            await PutAsync(BlockName.Catalog(i), document.ToBytes(), cancellation);
        }

        DataSetManifest.ReadOrCreate(files, dataPath, manifest.Shards.Count, static () => { });
        return new CopyResult(manifest, copier.Copied, copier.CopiedBytes, copier.Skipped);
    }

    internal static async Task<BackupManifest> ReadAsync(IObjectStore backups, string id, CancellationToken cancellation)
    {
        var stored = await backups.GetAsync(BackupManifest.NameOf(id), CatalogDocument.MaxBytes, cancellation)
            ?? throw new BackupException($"{backups.Description} has no backup {id} any more.");
        try
        {
            return BackupManifest.Parse(stored.Content);
        }
        catch (InvalidDataException e)
        {
            throw new BackupException($"The backup {id} cannot be read: {e.Message}.");
        }
    }

    private async Task PutAsync(string name, byte[] content, CancellationToken cancellation)
    {
        using var stream = new MemoryStream(content);
        await target.PutAsync(name, stream, PutCondition.None, cancellation);
    }
}

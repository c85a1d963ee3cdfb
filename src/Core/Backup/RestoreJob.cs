using System.Text;
using Metrics.Core.Catalog;
using Metrics.Core.Files;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Storage;

namespace Metrics.Core.Backup;

/// <summary>Makes a data set out of a backup, where there is none. One that was broken off is begun again and goes on.</summary>
/// <param name="backups">The place of the backups.</param>
/// <param name="target">The object store of the new data set.</param>
/// <param name="files">Local disk.</param>
/// <param name="dataPath">The data directory of the new data set.</param>
/// <param name="time">Now.</param>
public sealed class RestoreJob(IObjectStore backups, IObjectStore target, IFileSystem files, string dataPath, TimeProvider time)
{
    /// <summary>The backups of a place, oldest first.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync(IObjectStore backups, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(backups);
        var ids = new List<string>();
        await foreach (var item in backups.ListAsync(BackupManifest.Prefix, cancellation))
        {
            if (item.Name.EndsWith(BackupManifest.Extension, StringComparison.Ordinal))
            {
                ids.Add(item.Name[BackupManifest.Prefix.Length..^BackupManifest.Extension.Length]);
            }
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
        var manifest = await ChooseAsync(id, cancellation);
        files.CreateDirectory(dataPath);
        using var held = files.Lock(Path.Combine(dataPath, StorageEngine.LockFile));
        if (files.FileExists(Path.Combine(dataPath, DataSetManifest.FileName)))
        {
            throw new BackupException($"{dataPath} has a data set. Restore into an empty directory: set Metrics:DataPath to one.");
        }

        // Not an owner that a server could be, so that one which has taken the data set over shows.
        var owner = $"restored from {manifest.Id}";
        await ThrowIfOccupiedAsync(manifest, owner, cancellation);

        var copier = new BlockCopier(backups, target, replaces: true, progress);
        await copier.PrepareAsync([], cancellation);
        copier.Expect(manifest.Blocks, manifest.Bytes);
        foreach (var shard in manifest.Shards)
        {
            await copier.CopyAsync(shard.Blocks, cancellation);
        }

        if (manifest.Retention is { } retention)
        {
            // To local disk too: data that is kept longer than by default must not go before the server has asked the store.
            await PutAsync(RetentionPolicies.ObjectName, Encoding.UTF8.GetBytes(retention), cancellation);
            new RetentionFile(files, dataPath).Write(Encoding.UTF8.GetBytes(retention));
        }

        // Shard 0 last, and after it the directory: until then a restore that was broken off can be begun again.
        for (var i = manifest.Shards.Count - 1; i >= 0; i--)
        {
            // A name of a block has the epoch in it. The data set that was backed up goes on counting from here, and so does every other one
            // that is made of the same backup: seconds keep their names apart, so that they may be backed up to one place.
            var catalog = manifest.Shards[i] with { Epoch = Math.Max(manifest.Shards[i].Epoch + 1, time.GetUtcNow().ToUnixTimeSeconds()) };
            var document = new CatalogDocument(
                CheckedJson.NoCrc, CatalogDocument.CurrentVersion, i, owner, new Dictionary<string, AppliedChange>(), catalog);
            await PutAsync(BlockName.Catalog(i), document.ToBytes(), cancellation);
        }

        DataSetManifest.ReadOrCreate(files, dataPath, manifest.Shards.Count, static () => { });
        return new CopyResult(manifest, copier.Copied, copier.CopiedBytes, copier.Skipped);
    }

    /// <summary>A backup, or what is wrong with it.</summary>
    internal static async Task<(BackupManifest? Manifest, string? Problem)> TryReadAsync(IObjectStore backups, string id, CancellationToken cancellation)
    {
        if (await backups.GetAsync(BackupManifest.NameOf(id), BackupManifest.MaxBytes, cancellation) is not { } stored)
        {
            return (null, VerifyJob.NotThere);
        }

        try
        {
            return (BackupManifest.Parse(stored.Content), null);
        }
        catch (InvalidDataException e)
        {
            return (null, e.Message);
        }
    }

    private async Task<BackupManifest> ChooseAsync(string? id, CancellationToken cancellation)
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

        id ??= ids[^1];
        var (manifest, problem) = await TryReadAsync(backups, id, cancellation);
        return manifest ?? throw new BackupException(
            $"The backup {id} cannot be read: {problem}. Choose another one with --id: {string.Join(", ", ids.Where(i => i != id).Reverse().Take(5))}.");
    }

    private async Task ThrowIfOccupiedAsync(BackupManifest manifest, string owner, CancellationToken cancellation)
    {
        var occupied = false;
        for (var i = 0; i < manifest.Shards.Count && !occupied; i++)
        {
            if (await target.GetAsync(BlockName.Catalog(i), CatalogDocument.MaxBytes, cancellation) is { } stored)
            {
                try
                {
                    // This restore, broken off after its last catalogs.
                    occupied = CatalogDocument.Parse(stored.Content, i).Owner != owner;
                }
                catch (InvalidDataException)
                {
                    occupied = true;
                }
            }
        }

        if (occupied)
        {
            throw new BackupException($"{target.Description} has a data set. Restore into an empty store: set Metrics:ObjectStore to one.");
        }
    }

    private async Task PutAsync(string name, byte[] content, CancellationToken cancellation)
    {
        using var stream = new MemoryStream(content);
        await target.PutAsync(name, stream, PutCondition.None, cancellation);
    }
}

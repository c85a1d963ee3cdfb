using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Metrics.Core.Files;

namespace Metrics.Core.Storage;

/// <summary>What is fixed when a data set is created, in <c>dataset.json</c>.</summary>
/// <param name="FormatVersion">Version of the directory's layout.</param>
/// <param name="ShardCount">Number of shards, a power of two.</param>
public sealed record DataSetManifest(int FormatVersion, int ShardCount)
{
    public const string FileName = "dataset.json";
    public const int CurrentVersion = 1;

    /// <summary>A manifest is some ten bytes; what is longer is none.</summary>
    private const int MaxBytes = 64 * 1024;

    /// <summary>The manifest of a directory, which is made with it when there is none.</summary>
    /// <param name="files">Where the directory is.</param>
    /// <param name="directory">The data set's directory.</param>
    /// <param name="shards">Shards of a new data set.</param>
    /// <param name="acquire">Takes the directory for this process; called before anything is written.</param>
    /// <exception cref="InvalidDataException">There is one that this version cannot read.</exception>
    internal static DataSetManifest ReadOrCreate(IFileSystem files, string directory, int shards, Action acquire)
    {
        files.CreateDirectory(directory);
        var path = Path.Combine(directory, FileName);
        if (!files.FileExists(path))
        {
            // Of two processes that find nothing, one creates; the other must not replace what the first goes by already.
            acquire();
        }

        if (!files.FileExists(path))
        {
            return Create(files, directory, path, shards);
        }

        var manifest = Parse(files, path);
        return manifest is { FormatVersion: CurrentVersion, ShardCount: >= 1 and <= StorageOptions.MaxShards } && BitOperations.IsPow2(manifest.ShardCount)
            ? manifest
            : throw new InvalidDataException(
                $"{path} is not of a data set that this version can read (it reads version {CurrentVersion}); set Metrics:DataPath to another directory.");
    }

    private static DataSetManifest Create(IFileSystem files, string directory, string path, int shards)
    {
        var created = new DataSetManifest(CurrentVersion, shards);
        var temporary = path + ".new";
        if (files.FileExists(temporary))
        {
            files.Delete(temporary);
        }

        using (var file = files.Open(temporary, FileOpening.CreateNew))
        {
            file.Write(0, JsonSerializer.SerializeToUtf8Bytes(created, ManifestJson.Default.DataSetManifest));
            file.FlushToDisk();
        }

        files.Rename(temporary, path);
        files.FlushDirectory(directory);
        return created;
    }

    private static DataSetManifest? Parse(IFileSystem files, string path)
    {
        using var file = files.Open(path, FileOpening.Read);
        var bytes = new byte[Math.Min(file.Length, MaxBytes)];
        var length = file.Read(0, bytes);
        try
        {
            return JsonSerializer.Deserialize(Encoding.UTF8.GetString(bytes, 0, length), ManifestJson.Default.DataSetManifest);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(DataSetManifest))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ManifestJson : JsonSerializerContext;

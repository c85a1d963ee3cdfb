using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Metrics.Core.Files;

namespace Metrics.Core.Storage;

/// <summary>
/// The directory <c>checkpoint</c> of a data set: block files named after the cut of the log that they stand for, and <c>checkpoint.json</c>, which
/// says which of them count. The files of a cut are all flushed before it names them.
/// </summary>
internal sealed class CheckpointFiles(IFileSystem files, string dataDirectory)
{
    private const string ManifestName = "checkpoint.json";
    private const string Extension = ".block";
    private const int CurrentVersion = 1;
    private const int MaxManifestBytes = 16 * 1024 * 1024;

    public string Directory { get; } = Path.Combine(dataDirectory, "checkpoint");

    public static string NameOf(long segment, int shard) => string.Create(CultureInfo.InvariantCulture, $"{segment:D12}-{shard:D5}{Extension}");

    public string PathOf(string name) => Path.Combine(Directory, name);

    public IFile Create(string name)
    {
        // Left by an attempt that failed; nothing refers to it.
        if (files.FileExists(PathOf(name)))
        {
            files.Delete(PathOf(name));
        }

        return files.Open(PathOf(name), FileOpening.CreateNew);
    }

    public IFile Open(string name) => files.Open(PathOf(name), FileOpening.Read);

    public void CreateDirectory() => files.CreateDirectory(Directory);

    /// <summary>Makes a checkpoint count, whose files are flushed.</summary>
    public void Commit(Manifest manifest)
    {
        files.FlushDirectory(Directory);
        AtomicFile.Write(files, Directory, ManifestName, JsonSerializer.SerializeToUtf8Bytes(manifest, CheckpointJson.Default.Manifest));
    }

    /// <returns>The checkpoint that counts; null when there is none.</returns>
    /// <exception cref="InvalidDataException">The manifest is none that this version can read.</exception>
    public Manifest? Read()
    {
        var path = PathOf(ManifestName);
        if (!files.FileExists(path))
        {
            return null;
        }

        try
        {
            var manifest = JsonSerializer.Deserialize(AtomicFile.Read(files, path, MaxManifestBytes), CheckpointJson.Default.Manifest);
            return manifest is { Version: CurrentVersion, Segment: > 0, Files: not null } && !manifest.Files.Contains(null!)
                ? manifest
                : throw new InvalidDataException($"{path} is not of this version.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Every block file there is, by cut and shard.</summary>
    public IReadOnlyList<string> List() =>
        [.. files.ListFiles(Directory).Where(static n => n.EndsWith(Extension, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Deletes the block files that do not belong to a checkpoint.</summary>
    public void DeleteOthers(Manifest manifest)
    {
        foreach (var name in List().Except(manifest.Files))
        {
            files.Delete(PathOf(name));
        }
    }

    /// <param name="Version">Of this file.</param>
    /// <param name="Segment">The samples that were logged before this segment are in the files, or in the shards' blocks.</param>
    /// <param name="Files">Names of block files, one a shard that had any.</param>
    internal sealed record Manifest(int Version, long Segment, IReadOnlyList<string> Files)
    {
        public static Manifest Of(long segment, IReadOnlyList<string> files) => new(CurrentVersion, segment, files);
    }
}

[JsonSerializable(typeof(CheckpointFiles.Manifest))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class CheckpointJson : JsonSerializerContext;

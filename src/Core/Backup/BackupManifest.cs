using System.Text.Json.Serialization;
using Metrics.Core.Catalog;

namespace Metrics.Core.Backup;

/// <summary>One backup: what the data set had at a moment. Its blocks lie beside it, shared with the other backups of the same place.</summary>
/// <param name="Crc32c">See <see cref="CheckedJson"/>.</param>
/// <param name="FormatVersion">Of this document.</param>
/// <param name="Id">Its name: the time when it was begun, <c>20261122T201500Z</c>.</param>
/// <param name="CreatedAtMs">That time.</param>
/// <param name="Shards">The catalog of every shard, by its number.</param>
/// <param name="Retention">Text of the retention policies that were set at run time; null when none were.</param>
public sealed record BackupManifest(
    string Crc32c, int FormatVersion, string Id, long CreatedAtMs, IReadOnlyList<ShardCatalog> Shards, string? Retention)
{
    internal const int CurrentVersion = 1;
    internal const string Prefix = "backups/";
    internal const string Extension = ".json";

    /// <summary>Half a kilobyte a block, of all shards.</summary>
    internal const int MaxBytes = 512 * 1024 * 1024;

    /// <summary>Blocks of all shards.</summary>
    [JsonIgnore]
    public long Blocks => Shards.Sum(static s => (long)s.Blocks.Count);

    /// <summary>Bytes of these blocks.</summary>
    [JsonIgnore]
    public long Bytes => Shards.Sum(static s => s.Blocks.Sum(static b => b.Bytes));

    internal static string NameOf(string id) => $"{Prefix}{id}{Extension}";

    internal byte[] ToBytes() => CheckedJson.Write(this with { Crc32c = CheckedJson.NoCrc }, BackupJson.Default.BackupManifest);

    /// <exception cref="InvalidDataException">It is damaged or of a version that this one cannot read.</exception>
    internal static BackupManifest Parse(byte[] text)
    {
        var manifest = CheckedJson.Read(text, BackupJson.Default.BackupManifest);
        return manifest.FormatVersion == CurrentVersion
            ? manifest
            : throw new InvalidDataException($"it has version {manifest.FormatVersion}; this program reads {CurrentVersion}");
    }
}

[JsonSerializable(typeof(BackupManifest))]
[JsonSourceGenerationOptions(
    WriteIndented = true,
    NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
internal sealed partial class BackupJson : JsonSerializerContext;

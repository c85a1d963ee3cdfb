using System.Text.Json.Serialization;

namespace Metrics.Core.Catalog;

/// <summary>A shard's <c>catalog.json</c> in the object store.</summary>
/// <param name="Crc32c">See <see cref="CheckedJson"/>.</param>
/// <param name="FormatVersion">Of this document.</param>
/// <param name="Shard">The shard's number.</param>
/// <param name="Owner">The data directory whose process wrote it last.</param>
/// <param name="Applied">
/// By data directory, the number of its last change that is in here: how one that comes back knows what of its own arrived.
/// </param>
/// <param name="Catalog">The blocks.</param>
internal sealed record CatalogDocument(
    string Crc32c, int FormatVersion, int Shard, string Owner, IReadOnlyDictionary<string, long> Applied, ShardCatalog Catalog)
{
    public const int CurrentVersion = 1;

    /// <summary>Half a kilobyte a block: what is longer is none.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    public byte[] ToBytes() => CheckedJson.Write(this with { Crc32c = CheckedJson.NoCrc }, CatalogJson.Default.CatalogDocument);

    /// <exception cref="InvalidDataException">It is damaged, of another shard or of a version that this one cannot read.</exception>
    public static CatalogDocument Parse(byte[] text, int shard)
    {
        var document = CheckedJson.Read(text, CatalogJson.Default.CatalogDocument);
        return document.FormatVersion != CurrentVersion ? throw new InvalidDataException($"it has version {document.FormatVersion}; this program reads {CurrentVersion}")
            : document.Shard != shard ? throw new InvalidDataException($"it is of shard {document.Shard}")
            : document;
    }
}

/// <summary>A shard's <c>state.json</c> on local disk.</summary>
/// <param name="Crc32c">See <see cref="CheckedJson"/>.</param>
/// <param name="FormatVersion">Of this document.</param>
/// <param name="Shard">The shard's number.</param>
/// <param name="State">Paths in it are names in the spool directory.</param>
internal sealed record StateDocument(string Crc32c, int FormatVersion, int Shard, ShardState State)
{
    public const int CurrentVersion = 1;
}

[JsonSerializable(typeof(CatalogDocument))]
[JsonSerializable(typeof(StateDocument))]
[JsonSourceGenerationOptions(
    WriteIndented = true,
    NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
internal sealed partial class CatalogJson : JsonSerializerContext;

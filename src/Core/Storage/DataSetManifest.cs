using System.Text.Json.Serialization;

namespace Metrics.Core.Storage;

/// <summary>What is fixed when a data set is created, in <c>dataset.json</c>.</summary>
/// <param name="FormatVersion">Version of the directory's layout.</param>
/// <param name="ShardCount">Number of shards, a power of two.</param>
public sealed record DataSetManifest(int FormatVersion, int ShardCount)
{
    public const string FileName = "dataset.json";
    public const int CurrentVersion = 1;
}

[JsonSerializable(typeof(DataSetManifest))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ManifestJson : JsonSerializerContext;

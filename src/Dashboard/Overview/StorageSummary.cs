using System.Text.Json;
using System.Text.Json.Serialization;

namespace Metrics.Dashboard.Overview;

/// <summary>What the overview says of storage, out of what <c>GET /api/v1/status/storage</c> answers.</summary>
/// <param name="Stored">Bytes by tier and resolution.</param>
/// <param name="Oldest">The oldest sample or row there is; null when there is none.</param>
/// <param name="Pending">Work that waits, by kind.</param>
/// <param name="ObjectStores">How publishing goes.</param>
/// <param name="Damaged">Blocks that are set aside.</param>
public sealed record StorageSummary(
    IReadOnlyList<StorageSummary.Part> Stored,
    DateTimeOffset? Oldest,
    IReadOnlyDictionary<string, long> Pending,
    IReadOnlyList<StorageSummary.Store> ObjectStores,
    IReadOnlyList<StorageSummary.Damage> Damaged)
{
    private static readonly string[] TierOrder = ["hot", "warm", "cold"];

    /// <summary>Bytes by tier, of the tiers that have any, nearest first.</summary>
    public IEnumerable<(string Tier, long Bytes)> Tiers => Stored
        .GroupBy(static part => part.Tier)
        .Select(static tier => (tier.Key, tier.Sum(static part => part.Bytes)))
        .Where(static tier => tier.Item2 > 0)
        .OrderBy(static tier => Array.IndexOf(TierOrder, tier.Key));

    /// <summary>Pieces of work that wait, of all kinds.</summary>
    public long Waiting => Pending.Values.Sum();

    /// <summary>Why the object store cannot be written; null when it can.</summary>
    public string? Problem => ObjectStores.Select(static store => store.LastError).FirstOrDefault(static error => error is not null);

    /// <exception cref="JsonException">It is something else.</exception>
    public static StorageSummary Parse(string status) =>
        JsonSerializer.Deserialize(status, StorageSummaryJson.Default.StorageSummary) ?? throw new JsonException("The status of storage is null.");

    /// <summary>Of one tier and resolution.</summary>
    public sealed record Part(string Tier, long Bytes);

    /// <summary>An object store as one silo sees it.</summary>
    public sealed record Store(string? LastError);

    /// <summary>A block that is set aside.</summary>
    public sealed record Damage(string Block);
}

[JsonSerializable(typeof(StorageSummary))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = false)]
internal sealed partial class StorageSummaryJson : JsonSerializerContext;

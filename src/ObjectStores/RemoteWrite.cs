using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores;

/// <summary>A put on its way.</summary>
/// <param name="Name">As the caller says.</param>
/// <param name="Key">As the store says.</param>
/// <param name="Content">What is written.</param>
/// <param name="Start">Where it begins in the stream.</param>
/// <param name="Bytes">How much there is.</param>
/// <param name="Condition">What must hold.</param>
/// <param name="Id">
/// Kept beside the object: when the answer to a write was lost and its repetition is refused, it tells whether the object that is there is
/// this very write.
/// </param>
internal sealed record RemoteWrite(string Name, string Key, Stream Content, long Start, long Bytes, PutCondition Condition, string Id)
{
    /// <summary>The metadata that holds <see cref="Id"/>.</summary>
    public const string IdKey = "metricswrite";

    public bool IsConditional => Condition.IfAbsent || Condition.IfMatch is not null;
}

/// <summary>A page of a listing.</summary>
/// <param name="Objects">Keys and bytes.</param>
/// <param name="Next">Where the next page begins; null when there is none.</param>
internal sealed record RemotePage(IReadOnlyList<(string Key, long Bytes)> Objects, string? Next);

namespace Metrics.Gateway.Ingestion.Json;

internal enum JsonOutcome
{
    /// <summary>The body is JSON; some elements may have been refused.</summary>
    Parsed,

    /// <summary>The body is not JSON, or not an array or an object: nothing of it may be written.</summary>
    Broken,

    /// <summary>The body has more elements than <see cref="IngestOptions.MaxPoints"/>: nothing of it may be written.</summary>
    TooManyPoints,
}

/// <summary>What came of one body.</summary>
/// <param name="Outcome">Whether its batch may be written.</param>
/// <param name="Elements">Elements read, good or refused.</param>
/// <param name="Offset">The byte where reading stopped.</param>
/// <param name="Reason">Why it stopped there, when the body is broken.</param>
/// <param name="Rejected">The refused elements; null for none.</param>
internal readonly record struct JsonResult(JsonOutcome Outcome, int Elements, int Offset, string Reason, RejectedPoints? Rejected);

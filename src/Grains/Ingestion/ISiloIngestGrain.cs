using Orleans.Concurrency;

namespace Metrics.Grains.Ingestion;

/// <summary>Takes samples for the silo that it is keyed by; see <see cref="Placement.SiloPlacement"/>.</summary>
[Alias("metrics.silo.ingest")]
public interface ISiloIngestGrain : IGrainWithStringKey
{
    /// <summary>Logs and appends one message of samples; returns when they survive a kill of the silo.</summary>
    /// <param name="batch">A <see cref="RemoteBatch"/>; not changed.</param>
    /// <exception cref="InvalidDataException">The message is damaged; nothing of it was taken.</exception>
    [Alias("ingest")]
    [ResponseTimeout("00:00:10")]
    ValueTask<IngestReply> Ingest(Immutable<byte[]> batch);
}

/// <summary>What was not taken; everything else was.</summary>
[GenerateSerializer, Immutable, Alias("metrics.silo.ingestReply")]
public sealed class IngestReply
{
    /// <summary>Series of the message, by their number in it, that came without a key and are unknown here: send them again with it.</summary>
    [Id(0)]
    public int[] Unknown { get; init; } = [];

    /// <summary>New series of the message that the limits kept out, with all their samples.</summary>
    [Id(1)]
    public RefusedSeries[] Refused { get; init; } = [];

    /// <summary>Why; <see cref="RefusedSeries.Reason"/> counts in here.</summary>
    [Id(2)]
    public RefusalReason[] Reasons { get; init; } = [];
}

/// <summary>A series that was kept out.</summary>
/// <param name="Number">Its number in the message.</param>
/// <param name="Reason">Index of the reason.</param>
[GenerateSerializer, Immutable, Alias("metrics.silo.refusedSeries")]
public readonly record struct RefusedSeries([property: Id(0)] int Number, [property: Id(1)] int Reason);

/// <summary>Why series were kept out.</summary>
/// <param name="OfMetric">Whether it was the limit of their metric; else the one of the silo.</param>
/// <param name="Sentence">With the owner's figures.</param>
[GenerateSerializer, Immutable, Alias("metrics.silo.refusalReason")]
public sealed record RefusalReason([property: Id(0)] bool OfMetric, [property: Id(1)] string Sentence);

using Orleans.Concurrency;

namespace Metrics.Grains.Ingestion;

/// <summary>Takes samples for the silo that it is keyed by; see <see cref="Placement.SiloPlacement"/>.</summary>
[Alias("metrics.silo.ingest")]
public interface ISiloIngestGrain : IGrainWithStringKey
{
    /// <summary>Logs and appends one message of samples; returns when they survive a kill of the silo.</summary>
    /// <param name="batch">A <see cref="RemoteBatch"/>; not changed.</param>
    [Alias("ingest")]
    ValueTask<IngestReply> Ingest(Immutable<byte[]> batch);
}

/// <summary>What was not taken; everything else was.</summary>
[GenerateSerializer, Immutable, Alias("metrics.silo.ingestReply")]
public sealed class IngestReply
{
    /// <summary>Series of the message, by their number in it, that came without a key and are unknown here: send them again with it.</summary>
    [Id(0)]
    public int[] Unknown { get; init; } = [];

    /// <summary>Samples of new series that the limits kept out.</summary>
    [Id(1)]
    public int Refused { get; init; }
}

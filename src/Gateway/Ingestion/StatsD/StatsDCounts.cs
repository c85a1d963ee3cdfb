namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>What the listener has counted since it started.</summary>
public record struct StatsDCounts
{
    /// <summary>UDP packets, and reads of TCP connections.</summary>
    public long Packets { get; set; }

    /// <summary>Packets longer than <see cref="StatsDOptions.MaxPacketBytes"/>, dropped.</summary>
    public long OversizedPackets { get; set; }

    /// <summary>Lines, good or bad.</summary>
    public long Lines { get; set; }

    /// <summary>Lines that could not be used, in whole or in part.</summary>
    public long BadLines { get; set; }

    /// <summary>DogStatsD events and service checks, passed over.</summary>
    public long UnsupportedLines { get; set; }

    /// <summary>Lines of a new series beyond <see cref="StatsDOptions.MaxSeries"/>, dropped.</summary>
    public long DroppedLines { get; set; }

    /// <summary>Values beyond <see cref="StatsDOptions.MaxBufferedValues"/>, dropped.</summary>
    public long DroppedValues { get; set; }

    /// <summary>Flushes that had something to write.</summary>
    public long Flushes { get; set; }

    /// <summary>Samples written.</summary>
    public long Samples { get; set; }

    /// <summary>Samples lost because the write path could not take them.</summary>
    public long DroppedSamples { get; set; }

    /// <summary>Samples that the write path refused, such as those of too many series.</summary>
    public long RefusedSamples { get; set; }

    /// <summary>TCP connections accepted.</summary>
    public long Connections { get; set; }

    /// <summary>TCP connections beyond <see cref="StatsDOptions.TcpMaxConnections"/>, closed at once.</summary>
    public long RefusedConnections { get; set; }
}

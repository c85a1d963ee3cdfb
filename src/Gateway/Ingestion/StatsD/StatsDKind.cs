namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>What a series gathers between two flushes.</summary>
internal enum StatsDKind : byte
{
    /// <summary>Type c: the sum of the values, each divided by its sample rate.</summary>
    Counter,

    /// <summary>Type g: the last value, moved by + and - deltas.</summary>
    Gauge,

    /// <summary>Type s: the number of distinct values.</summary>
    Set,

    /// <summary>Types ms, h and d: the distribution of the values.</summary>
    Distribution,
}

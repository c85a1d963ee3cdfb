namespace Metrics.Grains.Ingestion;

/// <summary>Samples for series that other silos own, as columns. Not thread-safe.</summary>
internal sealed class RemoteSamples
{
    public List<RemoteSeries> Series { get; } = [];

    public List<long> TimestampsMs { get; } = [];

    public List<double> Values { get; } = [];

    public List<(RemoteSeries Series, long TimestampMs, byte[] Serialized)> Distributions { get; } = [];

    /// <summary>Samples that it has room for without growing.</summary>
    public int Capacity => Math.Max(Series.Capacity, Distributions.Capacity);

    public bool IsEmpty => Series.Count == 0 && Distributions.Count == 0;

    public void Clear()
    {
        Series.Clear();
        TimestampsMs.Clear();
        Values.Clear();
        Distributions.Clear();
    }
}

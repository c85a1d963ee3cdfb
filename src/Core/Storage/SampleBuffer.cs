using System.Buffers;
using System.Runtime.InteropServices;
using Metrics.Core.Series;

namespace Metrics.Core.Storage;

/// <summary>
/// Samples of series that this process holds, as columns, on their way into the log and the buffers. Pooled by whoever
/// makes batches. Not thread-safe.
/// </summary>
public sealed class SampleBuffer : IDisposable
{
    private LiveSeries[] _series = ArrayPool<LiveSeries>.Shared.Rent(256);
    private long[] _timestamps = ArrayPool<long>.Shared.Rent(256);
    private double[] _values = ArrayPool<double>.Shared.Rent(256);
    private readonly List<DistributionSample> _distributions = [];

    /// <summary>Scalar samples.</summary>
    public int Count { get; private set; }

    /// <summary>Samples that it has room for without growing.</summary>
    public int Capacity => Math.Max(_timestamps.Length, _distributions.Capacity);

    public ReadOnlySpan<LiveSeries> Series => _series.AsSpan(0, Count);

    public ReadOnlySpan<long> TimestampsMs => _timestamps.AsSpan(0, Count);

    public ReadOnlySpan<double> Values => _values.AsSpan(0, Count);

    public IReadOnlyList<DistributionSample> Distributions => _distributions;

    public void Add(LiveSeries series, long timestampMs, double value)
    {
        var at = Count;
        if (at == _timestamps.Length || at == _series.Length || at == _values.Length)
        {
            Grow();
        }

        _series[at] = series;
        _timestamps[at] = timestampMs;
        _values[at] = value;
        Count = at + 1;
    }

    public void Add(LiveSeries series, long timestampMs, byte[] serializedDigest) =>
        _distributions.Add(new DistributionSample(series, timestampMs, serializedDigest));

    /// <summary>Puts another series in the place of each that has one.</summary>
    internal void Replace(Func<LiveSeries, LiveSeries> successorOf)
    {
        foreach (ref var series in _series.AsSpan(0, Count))
        {
            series = successorOf(series);
        }

        foreach (ref var distribution in CollectionsMarshal.AsSpan(_distributions))
        {
            distribution = distribution with { Series = successorOf(distribution.Series) };
        }
    }

    /// <summary>Empties it for reuse; references to series are dropped.</summary>
    public void Clear()
    {
        _series.AsSpan(0, Count).Clear();
        _distributions.Clear();
        Count = 0;
    }

    public void Dispose()
    {
        Clear();
        ArrayPool<LiveSeries>.Shared.Return(_series);
        ArrayPool<long>.Shared.Return(_timestamps);
        ArrayPool<double>.Shared.Return(_values);
        (_series, _timestamps, _values) = ([], [], []);
    }

    private void Grow()
    {
        Enlarge(ref _series, clear: true);
        Enlarge(ref _timestamps, clear: false);
        Enlarge(ref _values, clear: false);
    }

    private void Enlarge<T>(ref T[] array, bool clear)
    {
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(256, Count * 2));
        Array.Copy(array, larger, Count);
        ArrayPool<T>.Shared.Return(array, clear);
        array = larger;
    }
}

/// <summary>A distribution on its way in.</summary>
public readonly record struct DistributionSample(LiveSeries Series, long TimestampMs, byte[] Serialized);

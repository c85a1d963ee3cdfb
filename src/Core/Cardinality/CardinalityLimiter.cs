using System.Runtime.InteropServices;
using Metrics.Core.Model;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Cardinality;

/// <summary>
/// Counts the live series of the process, in all and by metric, and says whether one more may come in: one per process, asked
/// for new series only. Thread-safe. What it remembers of refusals is bounded, however many there are.
/// </summary>
public sealed class CardinalityLimiter
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _seriesByMetric = new(StringComparer.Ordinal);
    private readonly RefusalLog _refusals = new();
    private readonly TimeProvider _time;
    private int _series;
    private long _refused;

    public CardinalityLimiter(IOptions<CardinalityOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        MaxSeries = options.Value.MaxSeries;
        MaxSeriesPerMetric = options.Value.MaxSeriesPerMetric;
        _time = time;
    }

    public int MaxSeries { get; }

    public int MaxSeriesPerMetric { get; }

    /// <summary>Live series in all.</summary>
    public int Series => Volatile.Read(ref _series);

    /// <summary>New series refused since the process started; one that is sent again counts again.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Counts a new series in, or refuses it. What was admitted is to be released when the series goes.</summary>
    public Admission TryAdmit(string metric) => TryAdmit(metric, example: null);

    /// <summary>The same; a refused series may be kept as an example of what was refused.</summary>
    public Admission TryAdmit(SeriesKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryAdmit(key.Metric, key);
    }

    /// <summary>Counts a series in that the data set had before, whatever the limits say now: replay loses nothing.</summary>
    public void AdmitExisting(string metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        lock (_gate)
        {
            CountIn(metric);
        }
    }

    /// <summary>Counts a series out.</summary>
    /// <exception cref="InvalidOperationException">The metric has none: something was released twice.</exception>
    public void Release(string metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        lock (_gate)
        {
            if (!_seriesByMetric.TryGetValue(metric, out var count))
            {
                throw new InvalidOperationException($"A series of {metric} was released more often than it was admitted.");
            }

            if (count == 1)
            {
                _seriesByMetric.Remove(metric);
            }
            else
            {
                _seriesByMetric[metric] = count - 1;
            }

            _series--;
        }
    }

    /// <summary>Live series of a metric.</summary>
    public int SeriesOf(string metric)
    {
        lock (_gate)
        {
            return _seriesByMetric.GetValueOrDefault(metric);
        }
    }

    /// <summary>The metrics with the most live series, most first.</summary>
    public IReadOnlyList<MetricSeriesCount> TopMetrics(int count)
    {
        // Copied first: sorting many metrics under the lock would hold new series up.
        KeyValuePair<string, int>[] all;
        lock (_gate)
        {
            all = [.. _seriesByMetric];
        }

        return
        [
            .. all.OrderByDescending(static m => m.Value).ThenBy(static m => m.Key, StringComparer.Ordinal).Take(count)
                .Select(static m => new MetricSeriesCount(m.Key, m.Value)),
        ];
    }

    internal IReadOnlyList<Refusal> Refusals()
    {
        lock (_gate)
        {
            return _refusals.Newest();
        }
    }

    private Admission TryAdmit(string metric, SeriesKey? example)
    {
        ArgumentNullException.ThrowIfNull(metric);
        lock (_gate)
        {
            var admission =
                _seriesByMetric.GetValueOrDefault(metric) >= MaxSeriesPerMetric ? Admission.TooManySeriesOfMetric
                : _series >= MaxSeries ? Admission.TooManySeries
                : Admission.Admitted;
            if (admission == Admission.Admitted)
            {
                CountIn(metric);
            }
            else
            {
                _refused++;
                _refusals.Add(metric, admission, example, _time.GetUtcNow());
            }

            return admission;
        }
    }

    private void CountIn(string metric)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_seriesByMetric, metric, out _)++;
        _series++;
    }
}

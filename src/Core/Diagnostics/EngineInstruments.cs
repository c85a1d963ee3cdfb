using System.Diagnostics.Metrics;
using Metrics.Core.Ingestion;

namespace Metrics.Core.Diagnostics;

/// <summary>
/// What the engine says about itself, in OpenTelemetry's terms. One for each engine: its observable figures are the engine's own.
/// Counters are added to once a batch, never once a point. Names differ from those of the edges, which count by edge what the engine counts in
/// all: in Prometheus two meters' instruments of one name would be one metric.
/// </summary>
public sealed class EngineInstruments : IDisposable
{
    public const string MeterName = "Metrics.Core";

    private readonly Meter? _owned;
    private readonly Counter<long> _samples;
    private readonly Counter<long> _rejected;
    private readonly Histogram<double> _queryDuration;
    private volatile EngineFigures? _figures;

    /// <param name="meterFactory">The host's, which then owns the meter; null for a meter of its own.</param>
    public EngineInstruments(IMeterFactory? meterFactory = null)
    {
        var meter = meterFactory?.Create(new MeterOptions(MeterName)) ?? (_owned = new Meter(MeterName));
        _samples = meter.CreateCounter<long>("metrics.engine.samples", "{sample}", "Points that were written, from every edge.");
        _rejected = meter.CreateCounter<long>("metrics.engine.rejected", "{sample}", "Points that were refused and that no edge counts itself, by reason.");
        _queryDuration = meter.CreateHistogram(
            "metrics.engine.query.duration", "s", "Time from plan to answer, over all silos.", advice: DurationBuckets.Queries);
        meter.CreateObservableGauge("metrics.series.live", () => Observe(_figures?.LiveSeries), "{series}", "Series in memory.");
        meter.CreateObservableGauge(
            "metrics.samples.in_memory", () => Observe(_figures?.SamplesInMemory), "{sample}", "Points in memory.");
        meter.CreateObservableGauge(
            "metrics.samples.bytes", () => Observe(_figures?.SampleBytes), "By", "Compressed size of the points in memory.");
        meter.CreateObservableGauge("metrics.wal.size", () => Observe(_figures?.WalBytes), "By", "Size of the write-ahead log on disk.");
    }

    /// <summary>Points of one batch that were taken.</summary>
    public void AddSamples(long count) => _samples.Add(count);

    /// <summary>Points of one batch that were refused for one reason. Not those that an edge counts as refused itself.</summary>
    /// <param name="reason">The refusal; <see cref="AddResult.Added"/> and <see cref="AddResult.UnknownSeries"/> are none.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">The result is not a refusal.</exception>
    public void AddRejected(AddResult reason, long count) =>
        AddRejected(
            reason switch
            {
                AddResult.TooOld => "too_old",
                AddResult.TooFarAhead => "too_far_ahead",
                AddResult.TooManySeries => "too_many_series",
                AddResult.TooManySeriesOfMetric => "too_many_series_of_metric",
                _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "is not a refusal"),
            },
            count);

    /// <summary>Points that were refused before they reached the engine, by something that does not count them itself.</summary>
    /// <param name="reason">One of a fixed few words such as <c>malformed</c>: each is a series of its own.</param>
    /// <param name="count">How many.</param>
    public void AddRejected(string reason, long count) =>
        _rejected.Add(count, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>One query's time.</summary>
    public void RecordQuery(TimeSpan duration) => _queryDuration.Record(duration.TotalSeconds);

    /// <summary>Connects the observable figures. They are asked for once a second, from any thread.</summary>
    public void Observe(EngineFigures figures) => _figures = figures;

    public void Dispose() => _owned?.Dispose();

    private static IEnumerable<Measurement<long>> Observe(Func<long>? figure) => figure is null ? [] : [new(figure())];
}

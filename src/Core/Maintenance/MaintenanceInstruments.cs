using System.Diagnostics.Metrics;

namespace Metrics.Core.Maintenance;

/// <summary>What maintenance says about itself. Tagged with the job: <c>seal</c>, <c>roll up</c>, <c>compact</c>, <c>retention</c>, <c>delete</c>.</summary>
public sealed class MaintenanceInstruments : IDisposable
{
    public const string MeterName = "Metrics.Core.Maintenance";

    private readonly Meter? _owned;
    private readonly Counter<double> _seconds;
    private readonly Counter<long> _samples;
    private readonly Counter<long> _failures;
    private readonly Dictionary<string, (double Seconds, long Samples)> _totals = new(StringComparer.Ordinal);
    private readonly Lock _sync = new();
    private volatile Func<IReadOnlyDictionary<string, int>>? _pending;

    /// <param name="meterFactory">The host's, which then owns the meter; null for a meter of its own.</param>
    public MaintenanceInstruments(IMeterFactory? meterFactory = null)
    {
        var meter = meterFactory?.Create(new MeterOptions(MeterName)) ?? (_owned = new Meter(MeterName));
        _seconds = meter.CreateCounter<double>("metrics.maintenance.time", "s", "Time spent, by job.");
        _samples = meter.CreateCounter<long>("metrics.maintenance.samples", "{sample}", "Samples and rows that went through, by job.");
        _failures = meter.CreateCounter<long>("metrics.maintenance.failures", "{failure}", "Jobs that failed and are tried again, by job.");
        meter.CreateObservableGauge(
            "metrics.maintenance.time_per_sample", ObserveCost, "ns", "Time for each sample or row since the start, by job.");
        meter.CreateObservableGauge("metrics.maintenance.pending", ObservePending, "{block}", "Blocks that wait for a job, by job.");
    }

    public void Add(string job, double seconds, long samples)
    {
        var tag = new KeyValuePair<string, object?>("job", job);
        _seconds.Add(seconds, tag);
        _samples.Add(samples, tag);
        lock (_sync)
        {
            var (s, n) = _totals.GetValueOrDefault(job);
            _totals[job] = (s + seconds, n + samples);
        }
    }

    public void AddFailure(string job) => _failures.Add(1, new KeyValuePair<string, object?>("job", job));

    /// <summary>Connects the queue lengths.</summary>
    public void Observe(Func<IReadOnlyDictionary<string, int>> pending) => _pending = pending;

    public void Dispose() => _owned?.Dispose();

    private List<Measurement<double>> ObserveCost()
    {
        lock (_sync)
        {
            return [.. _totals.Where(static t => t.Value.Samples > 0).Select(static t =>
                new Measurement<double>(t.Value.Seconds * 1e9 / t.Value.Samples, new KeyValuePair<string, object?>("job", t.Key)))];
        }
    }

    private List<Measurement<int>> ObservePending() =>
        _pending is not { } pending
            ? []
            : [.. pending().Select(static p => new Measurement<int>(p.Value, new KeyValuePair<string, object?>("job", p.Key)))];
}

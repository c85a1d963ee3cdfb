using System.Diagnostics.Metrics;
using Metrics.Gateway.Ingestion.Bodies;

namespace Metrics.Gateway.Ingestion;

/// <summary>What the HTTP ingestion endpoints count, in the meter <c>Metrics.Ingestion</c>.</summary>
internal sealed class IngestionInstruments
{
    public const string MeterName = "Metrics.Ingestion";

    private readonly Counter<long> _accepted;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _histograms;

    public IngestionInstruments(IMeterFactory meters, BodyBudget budget)
    {
        var meter = meters.Create(MeterName);
        _accepted = meter.CreateCounter<long>("metrics.ingest.samples", "{sample}", "Points taken.");
        _rejected = meter.CreateCounter<long>("metrics.ingest.rejected", "{sample}", "Points refused for what they are.");
        _requests = meter.CreateCounter<long>("metrics.ingest.requests", "{request}", "Requests answered.");
        _bytes = meter.CreateCounter<long>("metrics.ingest.bytes", "By", "Bytes of bodies, after decompression.");
        _histograms = meter.CreateCounter<long>(
            "metrics.ingest.native_histograms_ignored", "{histogram}", "Native histograms in remote write requests, which are not stored.");
        meter.CreateObservableUpDownCounter("metrics.ingest.body_memory", () => budget.Held, "By", "Memory that bodies hold now.");
    }

    /// <summary>Counts a request that was answered, whatever the answer.</summary>
    public void Request(string edge, int status) => _requests.Add(1, new("edge", edge), new("status", status));

    /// <summary>Counts what a body held.</summary>
    public void Body(string edge, int bytes, int accepted, int rejected)
    {
        _bytes.Add(bytes, new KeyValuePair<string, object?>("edge", edge));
        _accepted.Add(accepted, new KeyValuePair<string, object?>("edge", edge));
        if (rejected != 0)
        {
            _rejected.Add(rejected, new KeyValuePair<string, object?>("edge", edge));
        }
    }

    public void IgnoredHistograms(int count) => _histograms.Add(count);
}

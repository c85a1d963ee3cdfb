using Metrics.Core.Ingestion;

namespace Metrics.Silo.SelfMonitoring;

/// <summary>Looks at every source at one moment and writes what they say as one batch.</summary>
internal sealed class HostRecorder(ISampleWriter writer, IEnumerable<IMonitorSource> sources, TimeProvider time)
{
    private readonly IMonitorSource[] _sources = [.. sources];
    private long? _previous;

    /// <param name="timestampMs">What the points are stamped with.</param>
    /// <param name="cancellationToken">Stops the wait for the log.</param>
    /// <exception cref="WriteUnavailableException">The write path takes nothing now; the moment is lost.</exception>
    public async ValueTask RecordAsync(long timestampMs, CancellationToken cancellationToken = default)
    {
        var now = time.GetTimestamp();
        var tick = new Tick(timestampMs, _previous is { } previous ? time.GetElapsedTime(previous, now).TotalSeconds : 0);
        _previous = now;
        using var batch = writer.CreateBatch();
        var sink = new SampleSink(batch, timestampMs);
        foreach (var source in _sources)
        {
            source.Collect(tick, sink);
        }

        await writer.WriteAsync(batch, cancellationToken);
    }
}

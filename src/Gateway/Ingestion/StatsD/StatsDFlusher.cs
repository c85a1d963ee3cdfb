using Metrics.Core.Ingestion;
using Metrics.Core.Model;
using Microsoft.Extensions.Logging;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>Writes what the aggregator has gathered, with the time of the flush (the end of the interval) as timestamp.</summary>
internal sealed partial class StatsDFlusher(
    StatsDAggregator aggregator, ISampleWriter writer, TimeProvider time, ILogger<StatsDFlusher> logger) : IDisposable
{
    // Points of one batch: some megabytes at most.
    private const int BatchSize = 20_000;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly List<StatsDSample> _samples = [];

    /// <summary>When something was last written; null before.</summary>
    public DateTimeOffset? LastFlush { get; private set; }

    /// <summary>The last thing the write path refused, or null.</summary>
    public FieldProblem? LastRefusal { get; private set; }

    /// <summary>Writes everything gathered so far; what cannot be written is counted as dropped.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            aggregator.Take(_samples, now);
            if (_samples.Count == 0)
            {
                return;
            }

            for (var start = 0; start < _samples.Count; start += BatchSize)
            {
                await WriteAsync(start, Math.Min(_samples.Count, start + BatchSize), now.ToUnixTimeMilliseconds(), cancellationToken);
            }

            LastFlush = now;
            aggregator.Count(static (ref counts) => counts.Flushes++);
        }
        finally
        {
            _samples.Clear();
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task WriteAsync(int start, int end, long timestampMs, CancellationToken cancellationToken)
    {
        using var batch = writer.CreateBatch();
        var refused = 0;
        for (var i = start; i < end; i++)
        {
            var result = Add(batch, _samples[i], timestampMs);
            if (result != AddResult.Added)
            {
                refused++;
                LastRefusal = batch.Describe(result);
            }
        }

        var written = batch.Count;
        var dropped = 0;
        try
        {
            if (written != 0)
            {
                await writer.WriteAsync(batch, cancellationToken);
            }
        }
        catch (Exception e) when (e is WriteUnavailableException or OperationCanceledException)
        {
            (written, dropped) = (0, written);
            LogDropped(logger, dropped, e.Message);
        }

        aggregator.Count((ref counts) =>
        {
            counts.Samples += written;
            counts.DroppedSamples += dropped;
            counts.RefusedSamples += refused;
        });
    }

    private static AddResult Add(ISampleBatch batch, in StatsDSample sample, long timestampMs)
    {
        var slot = sample.Slot;
        if (slot.Kind == StatsDKind.Distribution)
        {
            return batch.Add(slot.WireKey, slot.Series, timestampMs, sample.ToDigest());
        }

        var result = batch.Add(slot.WireKey, timestampMs, sample.Value);
        return result == AddResult.UnknownSeries ? batch.Add(slot.WireKey, slot.Series, timestampMs, sample.Value) : result;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} StatsD samples were dropped: {Reason}")]
    private static partial void LogDropped(ILogger logger, int count, string reason);
}

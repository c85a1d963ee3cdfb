using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary><c>GET /api/v1/status/statsd</c>: what came in, and what was wrong with what did not.</summary>
internal sealed class StatsDStatusEndpoint(
    IOptions<StatsDOptions> options, StatsDListener listener, StatsDAggregator aggregator, StatsDFlusher flusher)
{
    public Ok<StatsDStatus> Get()
    {
        var (counts, badLines) = aggregator.Snapshot();
        var udp = listener.Udp;
        var refusal = flusher.LastRefusal;
        return TypedResults.Ok(new StatsDStatus(
            options.Value.Enabled,
            udp?.LocalEndPoint.ToString(),
            listener.Tcp?.LocalEndPoint.ToString(),
            udp?.ReceiveBufferBytes ?? 0,
            udp is null ? null : KernelDrops.Read(udp.LocalEndPoint.Port),
            aggregator.SeriesCount,
            listener.Tcp?.Connections ?? 0,
            options.Value.FlushInterval.TotalSeconds,
            flusher.LastFlush,
            refusal is { } r ? $"{r.Field} {r.Reason}" : null,
            counts,
            badLines));
    }
}

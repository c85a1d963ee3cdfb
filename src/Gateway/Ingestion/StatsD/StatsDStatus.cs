namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>The answer of <c>GET /api/v1/status/statsd</c>.</summary>
/// <param name="Enabled">Whether it listens.</param>
/// <param name="Udp">Address and port, or null.</param>
/// <param name="Tcp">Address and port, or null.</param>
/// <param name="ReceiveBufferBytes">What the kernel granted the UDP socket.</param>
/// <param name="KernelDrops">Packets that the kernel dropped because that was full; null where the system does not tell.</param>
/// <param name="Series">Series kept track of.</param>
/// <param name="Connections">TCP connections open now.</param>
/// <param name="FlushIntervalSeconds">How often what was gathered is written.</param>
/// <param name="LastFlush">When something was last written.</param>
/// <param name="LastRefusal">The last thing that the write path refused.</param>
/// <param name="Counts">Everything counted since the start.</param>
/// <param name="RecentBadLines">The newest first.</param>
public sealed record StatsDStatus(
    bool Enabled,
    string? Udp,
    string? Tcp,
    int ReceiveBufferBytes,
    long? KernelDrops,
    int Series,
    int Connections,
    double FlushIntervalSeconds,
    DateTimeOffset? LastFlush,
    string? LastRefusal,
    StatsDCounts Counts,
    IReadOnlyList<BadLine> RecentBadLines);

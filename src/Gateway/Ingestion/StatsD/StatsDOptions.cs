namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>The StatsD listener: section <c>Metrics:StatsD</c>.</summary>
public sealed class StatsDOptions
{
    public const string Section = "Metrics:StatsD";

    /// <summary>Whether StatsD is listened to at all. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The address to listen at, for UDP and TCP. Default: 127.0.0.1, so that only this host can send.</summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>The UDP port. Default: 8125. Range: 0 to 65,535; 0 takes any free port and the log says which.</summary>
    public int Port { get; set; } = 8125;

    /// <summary>Whether TCP is listened to as well. Default: false.</summary>
    public bool TcpEnabled { get; set; }

    /// <summary>The TCP port. Default: 8125. Range: 0 to 65,535; 0 takes any free port and the log says which.</summary>
    public int TcpPort { get; set; } = 8125;

    /// <summary>How often what was gathered is written. Default: 10 s. Range: 100 ms to 1 h.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes of one packet; a longer one is dropped and counted. Default: 65,507, the largest that UDP can carry. Range: 512 to 65,507.
    /// </summary>
    public int MaxPacketBytes { get; set; } = 65_507;

    /// <summary>Bytes of one line; a longer one is a bad line. Default: 8,192. Range: 64 to 65,507.</summary>
    public int MaxLineBytes { get; set; } = 8192;

    /// <summary>
    /// Series that are kept track of; lines of a new series beyond are dropped and counted. Default: 100,000. Range: 1 to 10,000,000.
    /// </summary>
    public int MaxSeries { get; set; } = 100_000;

    /// <summary>
    /// Values of timers, histograms and sets that are held until the flush; values beyond are dropped and counted.
    /// Default: 4,000,000 (32 MB of timers). Range: 1,000 to 1,000,000,000.
    /// </summary>
    public int MaxBufferedValues { get; set; } = 4_000_000;

    /// <summary>
    /// How long a series without a line is remembered; a gauge that is forgotten starts from 0 when a delta comes.
    /// Default: 1 h. Range: one <see cref="FlushInterval"/> to 7 days.
    /// </summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Bytes that the kernel is asked to hold for the UDP socket while this process is busy; it may grant less (on Linux
    /// <c>net.core.rmem_max</c>). Default: 8,388,608. Range: 65,536 to 1,073,741,824.
    /// </summary>
    public int ReceiveBufferBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>TCP connections at once; one more is closed at once and counted. Default: 256. Range: 1 to 65,536.</summary>
    public int TcpMaxConnections { get; set; } = 256;

    /// <summary>A TCP connection that sends nothing for so long is closed. Default: 10 min. Range: 1 s to 7 days.</summary>
    public TimeSpan TcpIdleTimeout { get; set; } = TimeSpan.FromMinutes(10);
}

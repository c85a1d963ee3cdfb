namespace Metrics.Silo.SelfMonitoring;

/// <summary>One moment of recording.</summary>
/// <param name="TimestampMs">The aligned time that every point of the moment carries.</param>
/// <param name="ElapsedSeconds">Measured time since the moment before; 0 at the first, when no rate is known.</param>
internal readonly record struct Tick(long TimestampMs, double ElapsedSeconds)
{
    /// <summary>What something grew by, a second; null at the first tick and when it fell, which means that it began anew.</summary>
    public double? Rate(double previous, double current) =>
        ElapsedSeconds > 0 && current >= previous ? (current - previous) / ElapsedSeconds : null;
}

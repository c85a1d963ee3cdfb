namespace Metrics.Core.Model;

/// <summary>One point of a scalar series.</summary>
/// <param name="TimestampMs">Milliseconds since the Unix epoch, UTC.</param>
/// <param name="Value">Any float64, kept bit for bit: a NaN's payload is data (the staleness marker).</param>
public readonly record struct Sample(long TimestampMs, double Value);

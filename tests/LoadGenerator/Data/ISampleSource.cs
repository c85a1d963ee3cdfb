namespace Metrics.LoadGenerator.Data;

/// <summary>
/// Values and times of a fleet's series. Each series has a generator of its own, so that its samples are the same however they are cut
/// into requests.
/// </summary>
internal interface ISampleSource
{
    /// <param name="series">Whose next sample.</param>
    /// <param name="nominalMs">When it is due.</param>
    GeneratedSample Next(int series, long nominalMs);
}

/// <summary>A time in epoch milliseconds and a value.</summary>
internal readonly record struct GeneratedSample(long TimestampMs, double Value);

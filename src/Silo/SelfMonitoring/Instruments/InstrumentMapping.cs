namespace Metrics.Silo.SelfMonitoring.Instruments;

/// <summary>How an instrument becomes a figure each tick.</summary>
internal enum InstrumentReading
{
    /// <summary>Of a counter: what it grew by, a second. Of a histogram: measurements a second.</summary>
    PerSecond,

    /// <summary>Of a gauge or up-down counter: its value, added up over its tags.</summary>
    Value,

    /// <summary>Of a histogram: the 99th percentile of the last ten ticks' measurements; nothing when there were none.</summary>
    P99,
}

/// <summary>One row of the table from instruments to metrics.</summary>
/// <param name="Meter">The meter's name.</param>
/// <param name="Instrument">The instrument's name.</param>
/// <param name="Metric">The metric that is recorded.</param>
/// <param name="Reading">How.</param>
/// <param name="Scale">What the figure is multiplied by: 1000 turns seconds into milliseconds.</param>
internal sealed record InstrumentMapping(
    string Meter, string Instrument, string Metric, InstrumentReading Reading, double Scale = 1);

namespace Metrics.Core.Cardinality;

/// <summary>
/// How many live series a process takes. At a limit the series that exist go on; new ones are refused, counted and named.
/// </summary>
public sealed class CardinalityOptions
{
    /// <summary>The configuration section that binds to this.</summary>
    public const string Section = "Metrics:Cardinality";

    /// <summary>Live series in all. Default: 2,000,000 (8 GB at 4 KB a series). Range: 1 to 100,000,000.</summary>
    public int MaxSeries { get; set; } = 2_000_000;

    /// <summary>Live series of one metric. Default: 200,000, so that one metric cannot use up what all share. Range: 1 to 100,000,000.</summary>
    public int MaxSeriesPerMetric { get; set; } = 200_000;
}

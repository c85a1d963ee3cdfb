namespace Metrics.Core.Cardinality;

/// <summary>Whether a new series may come in.</summary>
public enum Admission
{
    Admitted,

    /// <summary>The process has <see cref="CardinalityOptions.MaxSeries"/>.</summary>
    TooManySeries,

    /// <summary>The metric has <see cref="CardinalityOptions.MaxSeriesPerMetric"/>.</summary>
    TooManySeriesOfMetric,
}

using System.Globalization;

namespace Metrics.Core.Query;

/// <summary>What a bucket's population is reduced to.</summary>
public enum AggregationKind
{
    Avg,
    Sum,
    Min,
    Max,
    Count,

    /// <summary>The value with the newest timestamp; between series with the same timestamp, the larger one.</summary>
    Last,

    /// <summary><see cref="Increase"/> divided by the seconds of the bucket that the range covers.</summary>
    Rate,

    /// <summary>
    /// The sum over the series of what each counter grew by, from the sample before the bucket's first; a fall is a reset to
    /// zero. A series' first sample ever adds nothing.
    /// </summary>
    Increase,

    Quantile,
}

/// <summary>An aggregation by name: <c>avg</c>, <c>sum</c>, …, or <c>pNN</c> with any number from 0 to 100.</summary>
/// <param name="Kind">What is computed.</param>
/// <param name="Quantile">From 0 to 1, for <see cref="AggregationKind.Quantile"/>; else 0.</param>
public readonly record struct Aggregation(AggregationKind Kind, double Quantile = 0)
{
    /// <summary>Parses <c>avg sum min max count last rate increase p50 p99 p99.9</c>; false for anything else.</summary>
    public static bool TryParse(string? text, out Aggregation aggregation)
    {
        aggregation = default;
        switch (text)
        {
            case "avg": aggregation = new(AggregationKind.Avg); return true;
            case "sum": aggregation = new(AggregationKind.Sum); return true;
            case "min": aggregation = new(AggregationKind.Min); return true;
            case "max": aggregation = new(AggregationKind.Max); return true;
            case "count": aggregation = new(AggregationKind.Count); return true;
            case "last": aggregation = new(AggregationKind.Last); return true;
            case "rate": aggregation = new(AggregationKind.Rate); return true;
            case "increase": aggregation = new(AggregationKind.Increase); return true;
        }

        if (text is null || text.Length is < 2 or > 20 || text[0] != 'p'
            || !double.TryParse(text.AsSpan(1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
            || percent is not (>= 0 and <= 100))
        {
            return false;
        }

        aggregation = new(AggregationKind.Quantile, percent / 100);
        return true;
    }

    /// <summary>The name that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => Kind == AggregationKind.Quantile
        ? string.Create(CultureInfo.InvariantCulture, $"p{decimal.Round((decimal)Quantile * 100, 12):0.############}")
        : Kind.ToString().ToLowerInvariant();
}

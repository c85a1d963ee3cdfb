using Metrics.Core.Ingestion;
using Metrics.Core.Model;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>What one series has gathered since the last flush. Guarded by the aggregator's lock.</summary>
internal abstract class StatsDSlot(SeriesKey series, StatsDKind kind)
{
    public const string NotANumber = "has a value that is not a finite number";

    public SeriesKey Series { get; } = series;

    public StatsDKind Kind { get; } = kind;

    /// <summary>Under which the writer knows the series.</summary>
    public WireKey WireKey { get; } = WireKey.Of(WireKey.Scope.Canonical, series.ToCanonical());

    /// <summary>Whether the aggregator has noted the series for the next flush.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Whether there is something to hand over.</summary>
    public bool HasValues { get; protected set; }

    /// <summary>Time of the last flush that had something of this series.</summary>
    public DateTimeOffset LastFlushed { get; set; }

    /// <summary>Whether another type has taken the series' place, or it was forgotten.</summary>
    public bool IsRetired { get; set; }

    /// <summary>Gathers the values of a line; a bad one among them does not sink the others.</summary>
    /// <returns>What is wrong with the last bad one, or null.</returns>
    public virtual string? Add(ReadOnlySpan<byte> values, double rate, StatsDBudget budget)
    {
        string? problem = null;
        while (true)
        {
            var colon = values.IndexOf((byte)':');
            problem = AddOne(colon < 0 ? values : values[..colon], rate, budget) ?? problem;
            if (colon < 0)
            {
                return problem;
            }

            values = values[(colon + 1)..];
        }
    }

    /// <summary>Hands over what was gathered and starts anew.</summary>
    public abstract StatsDSample Take();

    /// <returns>What is wrong with the value, or null when it was gathered and <see cref="HasValues"/> set.</returns>
    protected abstract string? AddOne(ReadOnlySpan<byte> value, double rate, StatsDBudget budget);
}

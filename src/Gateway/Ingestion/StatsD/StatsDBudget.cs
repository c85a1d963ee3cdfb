namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>How many values all series together may hold until the flush. Guarded by the aggregator's lock.</summary>
internal sealed class StatsDBudget(int limit)
{
    public const string Exhausted = "has a value beyond Metrics:StatsD:MaxBufferedValues";

    private int _held;

    /// <summary>Values dropped since the start.</summary>
    public long Dropped { get; private set; }

    public bool TryTake(int values)
    {
        if (_held > limit - values)
        {
            Dropped++;
            return false;
        }

        _held += values;
        return true;
    }

    public void GiveBack(int values) => _held -= values;

    /// <summary>Everything was handed over.</summary>
    public void Reset() => _held = 0;
}

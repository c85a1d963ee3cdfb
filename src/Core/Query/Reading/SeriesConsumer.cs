using Metrics.Core.Query.Evaluation;

namespace Metrics.Core.Query.Reading;

/// <summary>Takes what is read of series, one after the other.</summary>
internal abstract class SeriesConsumer
{
    /// <summary>A series begins: what takes its samples before the hot border.</summary>
    public abstract GroupAccumulator Begin(int series);

    /// <summary>All of a series before the hot border has been taken.</summary>
    public virtual void End(int series)
    {
    }
}

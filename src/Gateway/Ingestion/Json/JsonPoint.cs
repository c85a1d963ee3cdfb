namespace Metrics.Gateway.Ingestion.Json;

/// <summary>One element of a JSON body: where its pieces are, as offsets from the start of the body, and its numbers.</summary>
internal struct JsonPoint
{
    /// <summary>The metric's string, with its quotes.</summary>
    public int MetricStart;
    public int MetricEnd;

    /// <summary>The tags' object, with its braces; both zero when there is none.</summary>
    public int TagsStart;
    public int TagsEnd;

    /// <summary>Places of the two among the element's properties, from 1.</summary>
    public int MetricOrdinal;
    public int TagsOrdinal;

    public double Value;

    public bool HasTimestamp;
    public long TimestampMs;

    /// <summary>First byte after the element.</summary>
    public int End;

    public readonly bool HasTags => TagsEnd != 0;
}

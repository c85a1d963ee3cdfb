using Metrics.Core.Blocks;
using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Grains.Interfaces.Serialization;

[GenerateSerializer, Immutable, Alias("metrics.tagMatcher")]
public record struct TagMatcherSurrogate
{
    [Id(0)]
    public string Key { get; set; }

    [Id(1)]
    public int Kind { get; set; }

    [Id(2)]
    public string[] Values { get; set; }
}

[RegisterConverter]
public sealed class TagMatcherConverter : IConverter<TagMatcher, TagMatcherSurrogate>
{
    public TagMatcher ConvertFromSurrogate(in TagMatcherSurrogate surrogate) =>
        new(surrogate.Key, (MatchKind)surrogate.Kind, surrogate.Values);

    public TagMatcherSurrogate ConvertToSurrogate(in TagMatcher value) =>
        new() { Key = value.Key, Kind = (int)value.Kind, Values = [.. value.Values] };
}

[GenerateSerializer, Immutable, Alias("metrics.selector")]
public record struct SeriesSelectorSurrogate
{
    [Id(0)]
    public string? Metric { get; set; }

    [Id(1)]
    public TagMatcher[] Matchers { get; set; }
}

[RegisterConverter]
public sealed class SeriesSelectorConverter : IConverter<SeriesSelector, SeriesSelectorSurrogate>
{
    public SeriesSelector ConvertFromSurrogate(in SeriesSelectorSurrogate surrogate) => new(surrogate.Metric, surrogate.Matchers);

    public SeriesSelectorSurrogate ConvertToSurrogate(in SeriesSelector value) =>
        new() { Metric = value.Metric, Matchers = [.. value.Matchers] };
}

[GenerateSerializer, Immutable, Alias("metrics.plan")]
public record struct QueryPlanSurrogate
{
    [Id(0)]
    public SeriesSelector Selector { get; set; }

    [Id(1)]
    public int Kind { get; set; }

    [Id(2)]
    public double Quantile { get; set; }

    [Id(3)]
    public long FromMs { get; set; }

    [Id(4)]
    public long ToMs { get; set; }

    [Id(5)]
    public long? IntervalMs { get; set; }

    [Id(6)]
    public string[] GroupBy { get; set; }

    [Id(7)]
    public int? Limit { get; set; }

    [Id(8)]
    public bool Explain { get; set; }
}

[RegisterConverter]
public sealed class QueryPlanConverter : IConverter<QueryPlan, QueryPlanSurrogate>
{
    public QueryPlan ConvertFromSurrogate(in QueryPlanSurrogate surrogate) => new(
        surrogate.Selector,
        new Aggregation((AggregationKind)surrogate.Kind, surrogate.Quantile),
        surrogate.FromMs,
        surrogate.ToMs,
        surrogate.IntervalMs,
        surrogate.GroupBy,
        surrogate.Limit,
        surrogate.Explain);

    public QueryPlanSurrogate ConvertToSurrogate(in QueryPlan value) => new()
    {
        Selector = value.Selector,
        Kind = (int)value.Aggregation.Kind,
        Quantile = value.Aggregation.Quantile,
        FromMs = value.FromMs,
        ToMs = value.ToMs,
        IntervalMs = value.IntervalMs,
        GroupBy = [.. value.GroupBy],
        Limit = value.Limit,
        Explain = value.Explain,
    };
}

[GenerateSerializer, Immutable, Alias("metrics.group")]
public record struct QueryGroupSurrogate
{
    [Id(0)]
    public Tag[] Tags { get; set; }

    [Id(1)]
    public long[] TimestampsMs { get; set; }

    [Id(2)]
    public double[] Values { get; set; }
}

[RegisterConverter]
public sealed class QueryGroupConverter : IConverter<QueryGroup, QueryGroupSurrogate>
{
    public QueryGroup ConvertFromSurrogate(in QueryGroupSurrogate surrogate) => new(surrogate.Tags, surrogate.TimestampsMs, surrogate.Values);

    public QueryGroupSurrogate ConvertToSurrogate(in QueryGroup value) =>
        new() { Tags = [.. value.Tags], TimestampsMs = value.TimestampsMs, Values = value.Values };
}

[GenerateSerializer, Immutable, Alias("metrics.explainPart")]
public record struct ExplainPartSurrogate
{
    [Id(0)]
    public long FromMs { get; set; }

    [Id(1)]
    public long ToMs { get; set; }

    [Id(2)]
    public int Tier { get; set; }

    [Id(3)]
    public int Resolution { get; set; }

    [Id(4)]
    public int Series { get; set; }

    [Id(5)]
    public int Blocks { get; set; }

    [Id(6)]
    public long Chunks { get; set; }

    [Id(7)]
    public long ChunksByAggregates { get; set; }

    [Id(8)]
    public long Samples { get; set; }

    [Id(9)]
    public long Rows { get; set; }

    [Id(10)]
    public long Bytes { get; set; }
}

[RegisterConverter]
public sealed class ExplainPartConverter : IConverter<ExplainPart, ExplainPartSurrogate>
{
    public ExplainPart ConvertFromSurrogate(in ExplainPartSurrogate surrogate) => new(
        surrogate.FromMs,
        surrogate.ToMs,
        (BlockTier)surrogate.Tier,
        (Resolution)surrogate.Resolution,
        surrogate.Series,
        surrogate.Blocks,
        surrogate.Chunks,
        surrogate.ChunksByAggregates,
        surrogate.Samples,
        surrogate.Rows,
        surrogate.Bytes);

    public ExplainPartSurrogate ConvertToSurrogate(in ExplainPart value) => new()
    {
        FromMs = value.FromMs,
        ToMs = value.ToMs,
        Tier = (int)value.Tier,
        Resolution = (int)value.Resolution,
        Series = value.Series,
        Blocks = value.Blocks,
        Chunks = value.Chunks,
        ChunksByAggregates = value.ChunksByAggregates,
        Samples = value.Samples,
        Rows = value.Rows,
        Bytes = value.Bytes,
    };
}

[GenerateSerializer, Immutable, Alias("metrics.result")]
public record struct QueryResultSurrogate
{
    [Id(0)]
    public QueryGroup[] Groups { get; set; }

    [Id(1)]
    public string[] Warnings { get; set; }

    [Id(2)]
    public bool Partial { get; set; }

    [Id(3)]
    public ExplainPart[]? Explain { get; set; }
}

[RegisterConverter]
public sealed class QueryResultConverter : IConverter<QueryResult, QueryResultSurrogate>
{
    public QueryResult ConvertFromSurrogate(in QueryResultSurrogate surrogate) => new(
        surrogate.Groups, surrogate.Warnings, surrogate.Partial, surrogate.Explain is null ? null : new QueryExplain(surrogate.Explain));

    public QueryResultSurrogate ConvertToSurrogate(in QueryResult value) => new()
    {
        Groups = [.. value.Groups],
        Warnings = [.. value.Warnings],
        Partial = value.Partial,
        Explain = value.Explain is null ? null : [.. value.Explain.Parts],
    };
}

[GenerateSerializer, Immutable, Alias("metrics.queryLimit")]
public record struct QueryLimitExceptionSurrogate
{
    [Id(0)]
    public string Limit { get; set; }

    [Id(1)]
    public string Message { get; set; }
}

[RegisterConverter]
public sealed class QueryLimitExceptionConverter : IConverter<QueryLimitException, QueryLimitExceptionSurrogate>
{
    public QueryLimitException ConvertFromSurrogate(in QueryLimitExceptionSurrogate surrogate) => new(surrogate.Limit, surrogate.Message);

    public QueryLimitExceptionSurrogate ConvertToSurrogate(in QueryLimitException value) =>
        new() { Limit = value.Limit, Message = value.Message };
}

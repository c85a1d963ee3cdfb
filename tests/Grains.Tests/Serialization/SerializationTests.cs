using Metrics.Core.Blocks;
using FsCheck.Xunit;
using Metrics.Core.Ingestion;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Grains.Ingestion;
using Metrics.Grains.Interfaces.Series;
using Metrics.Grains.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Metrics.Grains.Tests.Serialization;

/// <summary>What crosses the wire between silos and clients, through the serializer of a client.</summary>
public sealed class SerializationTests(SharedCluster shared)
{
    [Property]
    public void A_plan_survives(string? metric, (string Key, int Kind, string[] Values)[] matchers, long from, long to, long? interval, string[] groupBy, int? limit, double quantile)
    {
        var plan = new QueryPlan(
            new SeriesSelector(metric, [.. matchers.Select(static m => new TagMatcher(m.Key ?? "", (MatchKind)(m.Kind & 3), [.. (m.Values ?? []).Select(static v => v ?? "")]))]),
            new Aggregation((AggregationKind)Math.Abs(limit.GetValueOrDefault() % 9), quantile),
            from,
            to,
            interval,
            [.. groupBy.Select(static g => g ?? "")],
            limit);

        var copy = RoundTrip(plan);

        Assert.Equal(plan.Selector.Metric, copy.Selector.Metric);
        Assert.Equal(plan.Selector.Matchers.Select(Describe), copy.Selector.Matchers.Select(Describe));
        Assert.Equal(plan.GroupBy, copy.GroupBy);
        Assert.Equal(plan with { Selector = copy.Selector, GroupBy = copy.GroupBy }, copy);
    }

    [Property]
    public void A_result_survives_bit_for_bit((long TimestampMs, long Bits)[] points, string[] warnings)
    {
        var group = new QueryGroup(
            [new Tag("region", "eu"), new Tag("größe", "ß")],
            [.. points.Select(static p => p.TimestampMs)],
            [.. points.Select(static p => BitConverter.Int64BitsToDouble(p.Bits))]);
        var part = new ExplainPart(1, 2, BlockTier.Cold, Resolution.Hour, 3, 4, 5, 6, 7, 8, 9);
        var copy = RoundTrip(new QueryResult([group, group], [.. warnings.Select(static w => w ?? "")], true, new QueryExplain([part])));

        Assert.True(copy.Partial);
        Assert.Equal(part, Assert.Single(copy.Explain!.Parts));
        Assert.Null(RoundTrip(new QueryResult([], [])).Explain);

        Assert.Equal(warnings.Select(static w => w ?? ""), copy.Warnings);
        Assert.Equal(2, copy.Groups.Count);
        Assert.All(copy.Groups, g =>
        {
            Assert.Equal(group.Tags, g.Tags);
            Assert.Equal(group.TimestampsMs, g.TimestampsMs);
            Assert.Equal(points.Select(static p => p.Bits), g.Values.Select(BitConverter.DoubleToInt64Bits));
        });
    }

    [Fact]
    public void Keys_samples_and_descriptions_survive()
    {
        var key = SeriesKey.Create("http.latency", new Tag("b", "2"), new Tag("a", "ü\u0001"));
        var stale = BitConverter.Int64BitsToDouble(0x7ff0000000000002);
        var description = new SeriesDescription(key, 3, "S127.0.0.1:1:2", 4, -5, 6, 7);

        Assert.Equal(key, RoundTrip(key));
        Assert.Equal(0x7ff0000000000002, BitConverter.DoubleToInt64Bits(RoundTrip(new Sample(-1, stale)).Value));
        Assert.Equal(new Sample(long.MinValue, -0.0), RoundTrip(new Sample(long.MinValue, -0.0)));
        Assert.Equal(new Tag("k", ""), RoundTrip(new Tag("k", "")));
        Assert.Equal(description, RoundTrip(description));
        Assert.Equal([new(1, 2), new(3, 4)], RoundTrip(new List<Sample> { new(1, 2), new(3, 4) }));
        Assert.Equal([key, key], RoundTrip<IReadOnlyList<SeriesKey>>(new List<SeriesKey> { key, key }));
    }

    [Fact]
    public void A_reply_to_a_batch_survives()
    {
        var reply = RoundTrip(new IngestReply { Unknown = [1, 2], Refused = [new(3, 0)], Reasons = [new(true, "full")] });

        Assert.Equal([1, 2], reply.Unknown);
        Assert.Equal([new RefusedSeries(3, 0)], reply.Refused);
        Assert.Equal([new RefusalReason(true, "full")], reply.Reasons);
    }

    [Fact]
    public void What_callers_catch_is_what_was_thrown()
    {
        var limit = Assert.IsType<QueryLimitException>(RoundTrip<Exception>(new QueryLimitException("Metrics:Query:MaxSeries", "too many")));
        var unavailable = Assert.IsType<WriteUnavailableException>(RoundTrip<Exception>(new WriteUnavailableException("disk full", new IOException("no space"))));

        Assert.Equal(("Metrics:Query:MaxSeries", "too many"), (limit.Limit, limit.Message));
        Assert.Equal("disk full", unavailable.Message);
    }

    private static string Describe(TagMatcher matcher) => $"{matcher.Key}|{matcher.Kind}|{string.Join('|', matcher.Values)}";

    private T RoundTrip<T>(T value)
    {
        var serializer = shared.Cluster.ClientServices.GetRequiredService<Serializer>();
        return serializer.Deserialize<T>(serializer.SerializeToArray(value))!;
    }
}

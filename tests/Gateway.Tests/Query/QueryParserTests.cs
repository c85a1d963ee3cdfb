using System.Text.Json;
using System.Text.Json.Nodes;
using Metrics.Core.Index;
using Metrics.Core.Query;
using Metrics.Gateway.Problems;
using Metrics.Gateway.Query;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Tests.Query;

public class QueryParserTests
{
    private const long Now = 1_771_783_200_000; // 2026-02-22T18:00:00Z

    [Fact]
    public void Reads_the_documented_query()
    {
        var plan = Parse(
            """{"metric":"http.request.latency","aggregation":"p99","tags":{"service":"api-gateway"},"from":"2026-02-22T12:00:00Z","to":"2026-02-22T18:00:00Z","interval":"1m"}""");

        Assert.Equal("http.request.latency", plan.Selector.Metric);
        Assert.Equal(new Aggregation(AggregationKind.Quantile, 0.99), plan.Aggregation);
        Assert.Equal((Now - 21_600_000, Now, 60_000), (plan.FromMs, plan.ToMs, plan.IntervalMs));
        Assert.Empty(plan.GroupBy);
        Assert.Null(plan.Limit);
        AssertMatcher(TagMatcher.Equal("service", "api-gateway"), Assert.Single(plan.Selector.Matchers));
    }

    [Fact]
    public void Fills_in_what_is_left_out_or_null()
    {
        foreach (var query in new[]
        {
            """{"metric":"m","aggregation":"avg"}""",
            """{"metric":"m","aggregation":"avg","tags":null,"from":null,"to":null,"interval":null,"groupBy":null,"limit":null}""",
        })
        {
            var plan = Parse(query);
            Assert.Equal((Now - 3_600_000, Now, (long?)null), (plan.FromMs, plan.ToMs, plan.IntervalMs));
            Assert.Empty(plan.Selector.Matchers);
        }
    }

    [Theory]
    [InlineData("\"10s\"", 10_000)]
    [InlineData("\"1h30m\"", 5_400_000)]
    [InlineData("60", 60_000)]
    [InlineData("0.5", 500)]
    public void Reads_intervals(string interval, long expected) =>
        Assert.Equal(expected, Parse($$"""{"metric":"m","aggregation":"avg","interval":{{interval}}}""").IntervalMs);

    [Fact]
    public void Reads_every_condition_on_tags()
    {
        var plan = Parse(
            """
            {"metric":"m","aggregation":"sum","tags":{
              "a":"1","b":["1","2"],"c":{"regex":"x.*"},"d":{"notRegex":"y"},"e":{"not":"z"},"f":{"not":["1","2"]},
              "g":{"has":true},"h":{"has":false},"i":"","j":{"has":true,"not":"q"}}}
            """);
        TagMatcher[] expected =
        [
            TagMatcher.Equal("a", "1"), TagMatcher.In("b", "1", "2"), TagMatcher.Regex("c", "x.*"), TagMatcher.NotRegex("d", "y"),
            TagMatcher.NotEqual("e", "z"), TagMatcher.NotEqual("f", "1"), TagMatcher.NotEqual("f", "2"), TagMatcher.Has("g"),
            TagMatcher.Equal("h", ""), TagMatcher.Equal("i", ""), TagMatcher.Has("j"), TagMatcher.NotEqual("j", "q"),
        ];
        Assert.Equal(expected.Length, plan.Selector.Matchers.Count);
        for (var i = 0; i < expected.Length; i++)
        {
            AssertMatcher(expected[i], plan.Selector.Matchers[i]);
        }
    }

    [Fact]
    public void Bounds_the_groups_even_when_no_limit_is_given()
    {
        Assert.Equal(10_000, Parse("""{"metric":"m","aggregation":"sum","groupBy":["a","b"]}""").Limit);
        Assert.Equal(5, Parse("""{"metric":"m","aggregation":"sum","groupBy":["a","b"],"limit":5}""").Limit);
    }

    [Theory]
    [InlineData("""{"agregation":"avg","metric":"m"}""", "agregation", "did you mean aggregation?")]
    [InlineData("""{"aggregation":"avg"}""", "metric", "missing")]
    [InlineData("""{"metric":"m"}""", "aggregation", "missing")]
    [InlineData("""{"metric":"","aggregation":"avg"}""", "metric", "empty")]
    [InlineData("""{"metric":7,"aggregation":"avg"}""", "metric", "must be a string")]
    [InlineData("""{"metric":"m","metric":"n","aggregation":"avg"}""", "metric", "twice")]
    [InlineData("""{"metric":"\ud800","aggregation":"avg"}""", "metric", "Unicode")]
    [InlineData("""{"metric":"m","aggregation":"avgg"}""", "aggregation", "did you mean avg?")]
    [InlineData("""{"metric":"m","aggregation":"pNaN"}""", "aggregation", "percentile")]
    [InlineData("""{"metric":"m","aggregation":"p101"}""", "aggregation", "percentile")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":[]}""", "tags", "must be an object")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"a":1}}""", "tags.a", "must be a string")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"a":"1","a":"2"}}""", "tags.a", "twice")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"":"1"}}""", "tags", "empty key")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"\udc00":"1"}}""", "tags", "Unicode")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"a":[]}}""", "tags.a", "empty list")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"a":["x",null]}}""", "tags.a[1]", "must be a string")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"a":["x",""]}}""", "tags.a[1]", "empty")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"a":{}}}""", "tags.a", "no condition")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"a":{"regexp":"x"}}}""", "tags.a.regexp", "did you mean regex?")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"endpoint":{"regex":"a("}}}""", "tags.endpoint.regex", "not a regular expression")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"endpoint":{"regex":"a)(b"}}}""", "tags.endpoint.regex", "not a regular expression")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"endpoint":{"regex":"(?=a)b"}}}""", "tags.endpoint.regex", "backtracking")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"endpoint":{"notRegex":"(a{1000}){1000}"}}}""", "tags.endpoint.notRegex", "automaton")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"a":{"not":[]}}}""", "tags.a.not", "empty list")]
    [InlineData("""{"metric":"m","aggregation":"avg","tags":{"a":{"has":"yes"}}}""", "tags.a.has", "true or false")]
    [InlineData("""{"metric":"m","aggregation":"avg","from":"noon"}""", "from", "RFC 3339")]
    [InlineData("""{"metric":"m","aggregation":"avg","from":{}}""", "from", "must be a string")]
    [InlineData("""{"metric":"m","aggregation":"avg","from":1e400}""", "from", "RFC 3339")]
    [InlineData("""{"metric":"m","aggregation":"avg","to":"2026-02-22T18:00:00"}""", "to", "offset")]
    [InlineData("""{"metric":"m","aggregation":"avg","from":"now","to":"now"}""", "from", "not before to")]
    [InlineData("""{"metric":"m","aggregation":"avg","from":"now+1h"}""", "from", "not before now")]
    [InlineData("""{"metric":"m","aggregation":"avg","interval":"1"}""", "interval", "unit")]
    [InlineData("""{"metric":"m","aggregation":"avg","interval":"0s"}""", "interval", "zero")]
    [InlineData("""{"metric":"m","aggregation":"avg","interval":-5}""", "interval", "0.001")]
    [InlineData("""{"metric":"m","aggregation":"avg","interval":0}""", "interval", "0.001")]
    [InlineData("""{"metric":"m","aggregation":"avg","interval":0.0001}""", "interval", "0.001")]
    [InlineData("""{"metric":"m","aggregation":"avg","interval":1e300}""", "interval", "0.001")]
    [InlineData("""{"metric":"m","aggregation":"avg","from":0,"interval":"1s"}""", "interval", "buckets")]
    [InlineData("""{"metric":"m","aggregation":"avg","groupBy":"a"}""", "groupBy", "list of strings")]
    [InlineData("""{"metric":"m","aggregation":"avg","groupBy":["a","b","a"]}""", "groupBy[2]", "twice")]
    [InlineData("""{"metric":"m","aggregation":"avg","groupBy":[1]}""", "groupBy[0]", "must be a string")]
    [InlineData("""{"metric":"m","aggregation":"avg","limit":0}""", "limit", "from 1 to 10000")]
    [InlineData("""{"metric":"m","aggregation":"avg","limit":10001}""", "limit", "from 1 to 10000")]
    [InlineData("""{"metric":"m","aggregation":"avg","limit":1.5}""", "limit", "whole number")]
    public void Refuses_a_bad_field_by_its_name(string query, string field, string reason)
    {
        var failure = Assert.Throws<ApiException>(() => Parse(query)).Failure;
        Assert.Equal((400, field), (failure.Status, failure.Field));
        Assert.Contains(reason, failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_more_than_it_has_limits_for()
    {
        AssertRefused("tags", new JsonObject(Enumerable.Range(0, 65).Select(i => KeyValuePair.Create($"k{i}", (JsonNode?)"v"))));
        AssertRefused("tags.a", new JsonObject { ["a"] = new JsonArray([.. Enumerable.Range(0, 1001).Select(i => (JsonNode)$"v{i}")]) });
        AssertRefused("tags.a.regex", new JsonObject { ["a"] = new JsonObject { ["regex"] = new string('x', 1025) } });
        AssertRefused("tags", Not(65));
    }

    [Fact]
    public void The_index_takes_as_many_conditions_as_a_query_may_have()
    {
        var query = new JsonObject { ["metric"] = "m", ["aggregation"] = "avg", ["tags"] = Not(64) };
        Assert.True(CompiledSelector.TryCompile(Parse(query.ToJsonString()).Selector, out _, out var problem), problem.Reason);
    }

    [Fact]
    public void Counts_the_buckets_that_an_interval_gives()
    {
        const string query = """{"metric":"m","aggregation":"avg","from":1771700001,"to":1771703601,"interval":"1m"}""";
        // An hour that starts within a minute touches 61 of them.
        Assert.Equal(60_000, Parse(query, new QueryApiOptions { MaxBuckets = 61 }).IntervalMs);
        var failure = Assert.Throws<ApiException>(() => Parse(query, new QueryApiOptions { MaxBuckets = 60 })).Failure;
        Assert.Equal("Metrics:Query:MaxBuckets", failure.Limit);
        Assert.Contains("61 buckets; at most 60", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_damage_to_a_query_is_either_read_or_refused_with_a_400()
    {
        const string query =
            """{"metric":"m","aggregation":"p99","tags":{"a":"x","b":["y"],"c":{"regex":"z.*","not":"q"}},"from":"now-1h","to":1771783200,"interval":"1m","groupBy":["a"],"limit":3}""";
        string[] pieces = ["\"", "{", "}", "[", "]", ":", ",", "null", "-1", "1e999", "\\ud800", "\\u0000", "true", "now", "(", "", "\u00e9"];
        var random = new Random(7);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var start = random.Next(query.Length);
            var damaged = query.Remove(start, random.Next(Math.Min(8, query.Length - start)))
                .Insert(start, pieces[random.Next(pieces.Length)]);
            try
            {
                _ = Parse(damaged);
                read++;
            }
            catch (ApiException e) when (e.Failure.Status == 400)
            {
                refused++;
            }
            catch (JsonException)
            {
                // Not JSON any more: the body reader's business.
            }
        }

        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused: the damage is not varied enough");
    }

    private static JsonObject Not(int values) => new()
    {
        ["a"] = new JsonObject { ["not"] = new JsonArray([.. Enumerable.Range(0, values).Select(i => (JsonNode)$"v{i}")]) },
    };

    private static void AssertRefused(string field, JsonObject tags)
    {
        var query = new JsonObject { ["metric"] = "m", ["aggregation"] = "avg", ["tags"] = tags };
        Assert.Equal(field, Assert.Throws<ApiException>(() => Parse(query.ToJsonString())).Failure.Field);
    }

    private static void AssertMatcher(TagMatcher expected, TagMatcher actual)
    {
        Assert.Equal((expected.Key, expected.Kind), (actual.Key, actual.Kind));
        Assert.Equal(expected.Values, actual.Values);
    }

    private static QueryPlan Parse(string json, QueryApiOptions? options = null)
    {
        using var document = JsonDocument.Parse(json);
        return new QueryParser(Options.Create(options ?? new QueryApiOptions())).Parse(document.RootElement, Now);
    }
}

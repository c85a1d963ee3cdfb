using System.Net;
using System.Text;
using System.Text.Json;

namespace Metrics.Gateway.Tests.Ingestion.Json;

public sealed class JsonEndpointTests
{
    private const string Example =
        """[{"metric":"http.request.latency","tags":{"service":"api-gateway","endpoint":"/v1/users","method":"GET","region":"us-east-1"},"timestamp":1708632000,"value":45.2}]""";

    [Fact]
    public async Task The_documented_body_is_taken_verbatim()
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await host.PostJsonAsync(Example);

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal("""{"accepted":1,"rejected":[],"rejectedCount":0}""", answer.Body);
        var point = Assert.Single(host.Writer.Points);
        Assert.Equal(
            """http.request.latency{endpoint="/v1/users",method="GET",region="us-east-1",service="api-gateway"}""",
            point.Series.ToString());
        Assert.Equal(1_708_632_000_000, point.TimestampMs);
        Assert.Equal(45.2, point.Value);
    }

    [Fact]
    public async Task A_series_is_parsed_once_however_often_it_is_sent()
    {
        await using var host = await IngestionHost.StartAsync();

        for (var i = 0; i < 5; i++)
        {
            await host.PostJsonAsync(Example);
        }

        Assert.Equal(5, host.Writer.Points.Count);
        Assert.Equal(1, host.Writer.SlowAdds);
    }

    [Theory]
    [InlineData("1708632000", 1_708_632_000_000)]
    [InlineData("1708632000.123", 1_708_632_000_123)]
    [InlineData("1708632000.1235", 1_708_632_000_124)]
    [InlineData("1708632000.12349999", 1_708_632_000_123)]
    [InlineData("1708632000.9996", 1_708_632_001_000)]
    [InlineData("1708632000123", 1_708_632_000_123)]
    [InlineData("1708632000123.5", 1_708_632_000_124)]
    [InlineData("1.708632e9", 1_708_632_000_000)]
    [InlineData("1708632000.0000000000000000000000000000000000001", 1_708_632_000_000)]
    [InlineData("99999999999", 99_999_999_999_000)]
    [InlineData("100000000000", 100_000_000_000)]
    [InlineData("-1.5", -1_500)]
    [InlineData("0", 0)]
    [InlineData("null", 1_708_632_000_456)]
    public async Task Timestamps_are_seconds_or_milliseconds_by_size(string timestamp, long expected)
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await host.PostJsonAsync($$"""[{"metric":"m","timestamp":{{timestamp}},"value":1}]""");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal(expected, Assert.Single(host.Writer.Points).TimestampMs);
    }

    [Fact]
    public async Task A_point_without_a_timestamp_is_of_now()
    {
        await using var host = await IngestionHost.StartAsync();

        await host.PostJsonAsync("""{"metric":"m","value":1}""");

        Assert.Equal(1_708_632_000_456, Assert.Single(host.Writer.Points).TimestampMs);
    }

    [Theory]
    [InlineData("""{"metric":"m","value":"45.2"}""", "value", "is not a number")]
    [InlineData("""{"metric":"m","value":null}""", "value", "is not a number")]
    [InlineData("""{"metric":"m","value":1e999}""", "value", "is not finite")]
    [InlineData("""{"metric":"m","value":-1e999}""", "value", "is not finite")]
    [InlineData("""{"metric":"m"}""", "value", "is missing")]
    [InlineData("""{"value":1}""", "metric", "is missing")]
    [InlineData("""{"metric":"","value":1}""", "metric", "is empty")]
    [InlineData("""{"metric":7,"value":1}""", "metric", "is not a string")]
    [InlineData("""{"metric":"a\ud800","value":1}""", "metric", "is not valid UTF-8 text")]
    [InlineData("""{"metric":"a\u0001","value":1}""", "metric", "contains a control character")]
    [InlineData("""{"metric":"m","metric":"m","value":1}""", "metric", "is given twice")]
    [InlineData("""{"metric":"m","value":1,"value":1}""", "value", "is given twice")]
    [InlineData("""{"metric":"m","tags":{},"tags":{},"value":1}""", "tags", "is given twice")]
    [InlineData("""{"metric":"m","timestamp":1,"timestamp":1,"value":1}""", "timestamp", "is given twice")]
    [InlineData("""{"metric":"m","tags":{"a":"1","a":"2"},"value":1}""", "tags.a", "is given twice")]
    [InlineData("""{"metric":"m","tags":{"a":1},"value":1}""", "tags.a", "is not a string")]
    [InlineData("""{"metric":"m","tags":{"a":{"b":"c"}},"value":1}""", "tags.a", "is not a string")]
    [InlineData("""{"metric":"m","tags":["a"],"value":1}""", "tags", "is not an object of strings")]
    [InlineData("""{"metric":"m","timestamp":"1708632000","value":1}""", "timestamp", "is not a number of epoch seconds")]
    [InlineData("""{"metric":"m","timestamp":1708632000000000,"value":1}""", "timestamp", "is too large for milliseconds: send epoch seconds or milliseconds")]
    [InlineData("""{"metric":"m","timestamp":1e300,"value":1}""", "timestamp", "is too large for milliseconds: send epoch seconds or milliseconds")]
    [InlineData("""{"metric":"m","vlaue":1}""", "vlaue", "is not a field of a point: metric, tags, timestamp and value are")]
    [InlineData("""{"metric":"m","value":1,"\ud800":1}""", "\\\\ud800", "is not a field of a point: metric, tags, timestamp and value are")]
    [InlineData("""{"\uDC00metric":"m","value":1}""", "\\\\uDC00metric", "is not a field of a point: metric, tags, timestamp and value are")]
    [InlineData("17", "element", "is not an object")]
    [InlineData("[{}]", "element", "is not an object")]
    [InlineData("null", "element", "is not an object")]
    public async Task A_bad_element_is_named_and_does_not_sink_the_good_ones(string element, string field, string reason)
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await host.PostJsonAsync($$"""[{"metric":"a","value":1},{{element}},{"metric":"b","value":2}]""");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        var expected = $$"""{"accepted":2,"rejected":[{"index":1,"field":"{{field}}","reason":"{{reason}}"}],"rejectedCount":1}""";
        Assert.Equal(expected, answer.Body);
        Assert.Equal(["a", "b"], host.Writer.Points.Select(p => p.Series.Metric));
    }

    [Theory]
    [InlineData("""[{"metric":"x","tags":{"a":1},"value":1},{"metric":"a","tags":{"h":"1"},"value":1},{"metric":"b","value":2}]""")]
    [InlineData("""[{"metric":"x","value":1,"tags":{"a":1}},{"metric":"a","value":1,"tags":{"h":"1"}},{"metric":"b","value":2}]""")]
    [InlineData("""[{"metric":"x","value":1,"tags":{"a":1}},{"metric":"a","value":1},{"metric":"b","value":2,"tags":{"h":"1"}}]""")]
    [InlineData("""[{"metric":"x","value":1,"tags":{"a":1}},17,{"metric":"a","value":1},{"metric":"b","value":2,"tags":{"h":"1"}}]""")]
    public async Task Points_behind_tags_that_are_none_are_not_swallowed_with_them(string body)
    {
        await using var host = await IngestionHost.StartAsync();

        for (var pass = 0; pass < 2; pass++)
        {
            var answer = await host.PostJsonAsync(body);

            Assert.StartsWith("""{"accepted":2,"rejected":[{"index":0,"field":"tags.a","reason":"is not a string"}""", answer.Body, StringComparison.Ordinal);
            Assert.Equal(["a", "b"], host.Writer.Points.Skip(2 * pass).Select(p => p.Series.Metric));
        }
    }

    [Theory]
    [InlineData("""[{"metric":"a","value":1,"tags":{"k":"a } }g"}},{"metric":"b","value":2}]""")]
    [InlineData("""[{"metric":"a","value":1,"tags":{"k":"a } ]"}},{"metric":"b","value":2}]""")]
    [InlineData("""[{"metric":"a","value":1,"tags":{"k":"a }},17,[]"}},{"metric":"b","value":2}]""")]
    [InlineData("""[{"metric":"a","value":1,"tags":{"k":"a }}]"}},{"metric":"b","value":2}]""")]
    public async Task Braces_in_a_tag_value_do_not_end_the_tags(string body)
    {
        await using var host = await IngestionHost.StartAsync();

        for (var pass = 0; pass < 2; pass++)
        {
            var answer = await host.PostJsonAsync(body);

            Assert.Equal("""{"accepted":2,"rejected":[],"rejectedCount":0}""", answer.Body);
            Assert.Equal(["a", "b"], host.Writer.Points.Skip(2 * pass).Select(p => p.Series.Metric));
        }
    }

    [Fact]
    public async Task A_body_at_the_limit_of_points_is_taken_with_braces_in_its_last_tag()
    {
        await using var host = await IngestionHost.StartAsync(("Metrics:Ingest:MaxPoints", "2"));

        var answer = await host.PostJsonAsync("""[{"metric":"a","value":1},{"metric":"b","value":2,"tags":{"k":"a }},17,[]"}}]""");

        Assert.Equal("""{"accepted":2,"rejected":[],"rejectedCount":0}""", answer.Body);
    }

    [Fact]
    public async Task When_nothing_is_good_the_answer_is_a_problem_with_the_same_members()
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await host.PostJsonAsync("""[{"metric":"m"},{"value":1}]""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("application/problem+json", answer.ContentType);
        using var problem = JsonDocument.Parse(answer.Body);
        Assert.Equal(400, problem.RootElement.GetProperty("status").GetInt32());
        Assert.Equal("value", problem.RootElement.GetProperty("field").GetString());
        Assert.Equal(0, problem.RootElement.GetProperty("accepted").GetInt32());
        Assert.Equal(2, problem.RootElement.GetProperty("rejected").GetArrayLength());
        Assert.Equal(2, problem.RootElement.GetProperty("rejectedCount").GetInt32());
    }

    [Fact]
    public async Task The_first_hundred_refusals_are_named_and_all_are_counted()
    {
        await using var host = await IngestionHost.StartAsync();
        var elements = Enumerable.Repeat("{}", 250).Append("""{"metric":"m","value":1}""");

        var answer = await host.PostJsonAsync($"[{string.Join(',', elements)}]");

        using var json = JsonDocument.Parse(answer.Body);
        Assert.Equal(1, json.RootElement.GetProperty("accepted").GetInt32());
        Assert.Equal(100, json.RootElement.GetProperty("rejected").GetArrayLength());
        Assert.Equal(250, json.RootElement.GetProperty("rejectedCount").GetInt32());
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("   ", 0)]
    [InlineData("45.2", 0)]
    [InlineData("[", 0)]
    [InlineData("""[{"metric":"a","value":1}""", 1)]
    [InlineData("""[{"metric":"a","value":1},]""", 1)]
    [InlineData("""[{"metric":"a","value":1} {"metric":"b","value":1}]""", 1)]
    [InlineData("""[{"metric":"a","value":1},{"metric":"b","value":NaN}]""", 1)]
    [InlineData("""[{"metric":"a","value":1},{"metric":"b","value":Infinity}]""", 1)]
    [InlineData("""[{"metric":"a","value":1},{"metric":"b","value":01}]""", 1)]
    [InlineData("""[{"metric":"a","value":1},{"metric":"b","value":1.}]""", 1)]
    [InlineData("""[{"metric":"a","value":1},{"metric":"b","value":1]""", 1)]
    [InlineData("""[{"metric":"a","value":1},{"metric":"b,"value":1}]""", 1)]
    [InlineData("""[{"metric":"a","value":1},{"metric":"b","value":1,}]""", 1)]
    [InlineData("""[{"metric":"a","value":1}]x""", 1)]
    [InlineData("""[{"metric":"a","value":1}][]""", 1)]
    [InlineData("""{"metric":"a","value":1}{"metric":"a","value":1}""", 1)]
    [InlineData("""[{"metric":"a","value":1},{"metric":"b","value":{"a":{"b":{"c":{"d":1}}}}}]""", 1)]
    public async Task A_body_that_is_not_JSON_is_refused_whole_and_says_where(string body, int element)
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await host.PostJsonAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains($"at element {element}, byte ", answer.Body, StringComparison.Ordinal);
        Assert.Contains("Nothing was written.", answer.Body, StringComparison.Ordinal);
        Assert.Empty(host.Writer.Points);
    }

    [Fact]
    public async Task An_empty_array_is_taken()
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await host.PostJsonAsync(" [ ] ");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal("""{"accepted":0,"rejected":[],"rejectedCount":0}""", answer.Body);
    }

    [Fact]
    public async Task Very_deep_nesting_is_refused()
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await host.PostJsonAsync(new string('[', 1_000_000));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Fact]
    public async Task One_point_over_the_limit_is_413_and_nothing_is_written()
    {
        await using var host = await IngestionHost.StartAsync(("Metrics:Ingest:MaxPoints", "3"));
        var three = string.Join(',', Enumerable.Repeat("""{"metric":"m","value":1}""", 3));

        Assert.Equal(HttpStatusCode.Accepted, (await host.PostJsonAsync($"[{three}]")).Status);
        var answer = await host.PostJsonAsync($$"""[{{three}},{"metric":"m","value":1}]""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Contains("Metrics:Ingest:MaxPoints", answer.Body, StringComparison.Ordinal);
        Assert.Equal(3, host.Writer.Points.Count);
    }

    [Theory]
    [InlineData(256, 0, 0, 0, null)]
    [InlineData(257, 0, 0, 0, "metric")]
    [InlineData(1, 64, 0, 0, null)]
    [InlineData(1, 65, 0, 0, "tags")]
    [InlineData(1, 100_000, 0, 0, "tags")]
    [InlineData(1, 1, 128, 0, null)]
    [InlineData(1, 1, 129, 0, "tags")]
    [InlineData(1, 1, 100_000, 0, "tags")]
    [InlineData(1, 1, 1, 1024, null)]
    [InlineData(1, 1, 1, 1025, "tags.k")]
    [InlineData(1, 1, 1, 10_000_000, "tags.k")]
    public async Task Identities_have_limits(int name, int tags, int key, int value, string? field)
    {
        await using var host = await IngestionHost.StartAsync();
        var list = Enumerable.Range(0, tags)
            .Select(i => $"\"{(key == 0 ? $"k{i}" : new string('k', key))}\":\"{new string('v', Math.Max(1, value))}\"");
        var body = $$"""[{"metric":"{{new string('m', name)}}","tags":{{{string.Join(',', list)}}},"value":1}]""";

        var answer = await host.PostJsonAsync(body);

        Assert.Equal(field is null ? HttpStatusCode.Accepted : HttpStatusCode.BadRequest, answer.Status);
        if (field is not null)
        {
            using var json = JsonDocument.Parse(answer.Body);
            Assert.Equal(field, json.RootElement.GetProperty("field").GetString());
        }
    }

    [Fact]
    public async Task A_new_series_over_the_limit_is_refused_while_known_ones_go_on()
    {
        await using var host = await IngestionHost.StartAsync();
        await host.PostJsonAsync("""[{"metric":"old","value":1}]""");
        host.Writer.MaxSeries = 1;

        var answer = await host.PostJsonAsync("""[{"metric":"new","value":1},{"metric":"old","value":2}]""");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.StartsWith("""{"accepted":1,"rejected":[{"index":0,"field":"tags",""", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Points_out_of_the_time_window_are_refused_with_the_writer_s_reason()
    {
        await using var host = await IngestionHost.StartAsync();
        host.Writer.OldestMs = 1000;
        host.Writer.NewestMs = 2_000_000;

        var answer = await host.PostJsonAsync(
            """[{"metric":"m","timestamp":0,"value":1},{"metric":"m","timestamp":1500,"value":2},{"metric":"m","timestamp":3000,"value":3}]""");

        Assert.Equal(
            """{"accepted":1,"rejected":[{"index":0,"field":"timestamp","reason":"is too old"},{"index":2,"field":"timestamp","reason":"is too far ahead"}],"rejectedCount":2}""",
            answer.Body);
    }

    [Fact]
    public async Task A_writer_that_cannot_write_is_503_with_a_time_to_come_back()
    {
        await using var host = await IngestionHost.StartAsync();
        host.Writer.Unavailable = true;

        var answer = await host.PostJsonAsync(Example);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal("1", answer.RetryAfter);
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Contains("The disk is full.", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Accepted)]
    [InlineData("application/json; charset=utf-8", HttpStatusCode.Accepted)]
    [InlineData("application/x-www-form-urlencoded", HttpStatusCode.Accepted)]
    [InlineData("text/plain", HttpStatusCode.Accepted)]
    [InlineData("text/html", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-protobuf", HttpStatusCode.UnsupportedMediaType)]
    public async Task Content_types_that_a_newcomer_sends_are_taken(string? contentType, HttpStatusCode expected)
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await host.PostAsync("/api/v1/metrics", Encoding.UTF8.GetBytes(Example), contentType);

        Assert.Equal(expected, answer.Status);
    }

    [Fact]
    public async Task A_byte_order_mark_does_no_harm()
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await host.PostJsonAsync('\uFEFF' + Example);

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
    }
}

using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Metrics.Core.Blocks;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Gateway.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Metrics.Gateway.Tests.Query;

public class QueryEndpointTests
{
    private const string Valid = """{"metric":"m","aggregation":"avg"}""";

    [Fact]
    public async Task Answers_a_series_in_epoch_seconds()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.OnExecute = static _ => Answer(new QueryGroup(
            [],
            [1_708_603_200_000, 1_708_603_200_500, 1_708_603_260_025],
            [42.3, 0.1 + 0.2, 1e300]));

        using var response = await host.Http.PostAsync(
            new Uri("/api/v1/query", UriKind.Relative), new StringContent(Valid, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            """{"series":[{"timestamp":1708603200,"value":42.3},{"timestamp":1708603200.5,"value":0.30000000000000004},{"timestamp":1708603260.025,"value":1E+300}]}""",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("m", Assert.Single(host.Grain.Plans).Selector.Metric);
    }

    [Fact]
    public async Task Answers_null_for_what_json_has_no_number_for()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.OnExecute = static _ => Answer(new QueryGroup([], [0, 1000, 2000], [double.NaN, double.PositiveInfinity, -0.0]));
        var (_, body) = await host.PostAsync("/api/v1/query", Valid);
        Assert.Equal(
            """{"series":[{"timestamp":0,"value":null},{"timestamp":1,"value":null},{"timestamp":2,"value":-0}]}""", body.ToJsonString());
    }

    [Fact]
    public async Task Answers_an_empty_series_or_no_groups_when_nothing_matched()
    {
        await using var host = await QueryApiHost.StartAsync();
        Assert.Equal("""{"series":[]}""", (await host.PostAsync("/api/v1/query", Valid)).Body.ToJsonString());
        Assert.Equal(
            """{"groups":[]}""",
            (await host.PostAsync("/api/v1/query", """{"metric":"m","aggregation":"avg","groupBy":["a"]}""")).Body.ToJsonString());
    }

    [Fact]
    public async Task Answers_groups_with_their_tags_and_warnings()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.OnExecute = static _ => Task.FromResult(new QueryResult(
            [new QueryGroup([new Tag("a", "é<\"")], [0], [1]), new QueryGroup([], [0], [2])], ["silo 2 did not answer"]));
        var (status, body) = await host.PostAsync("/api/v1/query", """{"metric":"m","aggregation":"avg","groupBy":["a"]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(
                """{"groups":[{"tags":{"a":"é<\""},"series":[{"timestamp":0,"value":1}]},{"tags":{},"series":[{"timestamp":0,"value":2}]}],"warnings":["silo 2 did not answer"]}"""),
            body));
    }

    [Fact]
    public async Task Says_what_was_read_and_that_a_part_is_missing()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.OnExecute = static plan => Task.FromResult(new QueryResult(
            [],
            ["the store is away"],
            Partial: true,
            plan.Explain ? new QueryExplain([new ExplainPart(1_000, 7_200_500, BlockTier.Cold, Resolution.Minute, 2, 3, 4, 5, 6, 7, 8)]) : null));
        var (_, plain) = await host.PostAsync("/api/v1/query", Valid);
        Assert.Equal("""{"series":[],"partial":true,"warnings":["the store is away"]}""", plain.ToJsonString());

        var (_, explained) = await host.PostAsync("/api/v1/query", """{"metric":"m","aggregation":"avg","explain":true}""");
        Assert.Equal(
            """{"from":1,"to":7200.5,"tier":"cold","resolution":"1m","series":2,"blocks":3,"chunks":4,"chunksByAggregates":5,"samples":6,"rows":7,"bytes":8}""",
            explained["explain"]![0]!.ToJsonString());
        Assert.Equal("explain", (await host.PostAsync("/api/v1/query", """{"metric":"m","aggregation":"avg","explain":1}""")).Body["field"]!.GetValue<string>());
    }

    [Fact]
    public async Task Streams_an_answer_far_larger_than_any_buffer()
    {
        const int points = 60_000;
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.OnExecute = static _ => Answer(new QueryGroup(
            [], [.. Enumerable.Range(0, points).Select(i => i * 1000L)], [.. Enumerable.Range(0, points).Select(i => i / 7.0)]));
        var series = (await host.PostAsync("/api/v1/query", Valid)).Body["series"]!.AsArray();
        Assert.Equal(points, series.Count);
        Assert.Equal(Enumerable.Range(0, points).Select(static i => (i, i / 7.0)), series.Select(static p => ((int)p!["timestamp"]!, (double)p["value"]!)));
    }

    [Theory]
    [InlineData("", "empty", null)]
    [InlineData("{", "line 1", null)]
    [InlineData("[]", "must be an object", null)]
    [InlineData("nonsense", "not JSON", null)]
    [InlineData("""{"metric":"m","aggregation":"avg"} x""", "not JSON", null)]
    [InlineData("""{"metric":"m","agregation":"avg"}""", "did you mean aggregation?", "agregation")]
    public async Task Refuses_a_bad_body_with_problem_details(string body, string reason, string? field)
    {
        await using var host = await QueryApiHost.StartAsync();
        var (status, problem) = await host.PostAsync("/api/v1/query", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(400, (int)problem["status"]!);
        Assert.Equal("Bad Request", (string?)problem["title"]);
        Assert.NotNull((string?)problem["type"]);
        Assert.Contains(reason, (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Equal(field, (string?)problem["field"]);
        Assert.Empty(host.Grain.Plans);
    }

    [Fact]
    public async Task Refuses_json_that_is_too_deep()
    {
        await using var host = await QueryApiHost.StartAsync();
        var (status, _) = await host.PostAsync("/api/v1/query", new string('[', 100_000));
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refuses_a_body_over_the_limit_declared_or_not(bool chunked)
    {
        await using var host = await QueryApiHost.StartAsync(new() { ["Metrics:Query:MaxBodyBytes"] = "2048" });
        var body = $$"""{"metric":"{{new string('x', 4000)}}","aggregation":"avg"}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/query", UriKind.Relative))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("Metrics:Query:MaxBodyBytes", (string?)problem["limit"]);
        Assert.Contains("2048", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Answers_curl_that_was_not_told_a_type(string? type)
    {
        await using var host = await QueryApiHost.StartAsync();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Valid));
        content.Headers.ContentType = type is null ? null : new(type);
        using var response = await host.Http.PostAsync(new Uri("/api/v1/query", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("text/plain", null, "Content-Type")]
    [InlineData("text/html", null, "Content-Type")]
    [InlineData("application/json", "gzip", "Content-Encoding")]
    public async Task Refuses_other_types_and_encodings(string? type, string? encoding, string field)
    {
        await using var host = await QueryApiHost.StartAsync();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Valid));
        content.Headers.ContentType = type is null ? null : new(type);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        using var response = await host.Http.PostAsync(new Uri("/api/v1/query", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal(
            field, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["field"]);
    }

    [Fact]
    public async Task Says_which_limit_a_query_hit()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.OnExecute = static _ => throw new QueryLimitException("Metrics:Query:MaxPoints", "The query reads more than 50000000 points.");
        var (status, problem) = await host.PostAsync("/api/v1/query", Valid);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal("Metrics:Query:MaxPoints", (string?)problem["limit"]);
        Assert.Contains("50000000", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_that_is_too_busy_is_503_since_the_query_is_not_at_fault()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.OnExecute = static _ => throw new QueryLimitException("Metrics:Query:MaxConcurrentPerSilo", "4 queries are being evaluated.");
        using var content = new StringContent(Valid, Encoding.UTF8, "application/json");
        using var response = await host.Http.PostAsync(new Uri("/api/v1/query", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("Metrics:Query:MaxConcurrentPerSilo", (string?)problem["limit"]);
    }

    public static TheoryData<string> Unavailabilities => [nameof(SiloUnavailableException), nameof(OrleansException), nameof(TimeoutException)];

    [Theory]
    [MemberData(nameof(Unavailabilities))]
    public async Task Answers_503_and_when_to_retry_while_the_cluster_cannot_answer(string exception)
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.OnExecute = _ => throw exception switch
        {
            nameof(SiloUnavailableException) => new SiloUnavailableException("S127.0.0.1:11111:0 is dead"),
            nameof(OrleansException) => new OrleansException("rejected"),
            _ => new TimeoutException("no response"),
        };
        using var response = await host.Http.PostAsync(
            new Uri("/api/v1/query", UriKind.Relative), new StringContent(Valid, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        Assert.DoesNotContain(
            "127.0.0.1", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stops_waiting_for_a_cluster_that_says_nothing()
    {
        await using var host = await QueryApiHost.StartAsync(new() { ["Metrics:Query:Timeout"] = "00:00:05" });
        var asked = new TaskCompletionSource();
        host.Grain.OnExecute = _ =>
        {
            asked.SetResult();
            return new TaskCompletionSource<QueryResult>().Task;
        };
        var answer = host.PostAsync("/api/v1/query", Valid);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        // The wait's timer is set just after the question is put: step until it has seen its time.
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!answer.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            host.Time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        var (status, problem) = await answer;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("Metrics:Query:Timeout", (string?)problem["limit"]);
        Assert.Contains("5 s", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Turns_queries_away_when_all_places_are_taken()
    {
        await using var host = await QueryApiHost.StartAsync(new() { ["Metrics:Query:MaxConcurrent"] = "1", ["Metrics:Query:MaxQueued"] = "0" });
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource<QueryResult>();
        host.Grain.OnExecute = _ =>
        {
            asked.TrySetResult();
            return release.Task;
        };
        var first = host.PostAsync("/api/v1/query", Valid);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        var (status, problem) = await host.PostAsync("/api/v1/query", Valid);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("Metrics:Query:MaxQueued", (string?)problem["limit"]);

        release.SetResult(new QueryResult([], []));
        Assert.Equal(HttpStatusCode.OK, (await first).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/api/v1/query", Valid)).Status);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(9_999, 1)]
    public async Task Now_takes_in_the_millisecond_that_has_begun(long ticks, long expected)
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Time.Advance(TimeSpan.FromTicks(ticks));

        await host.PostAsync("/api/v1/query", """{"metric":"m","aggregation":"avg","from":"now-5m"}""");
        await host.PostAsync("/api/v1/query/batch", """{"queries":[{"metric":"m","aggregation":"avg","from":"now-5m","to":"now"}]}""");

        Assert.Equal(2, host.Grain.Plans.Count);
        Assert.All(host.Grain.Plans, plan => Assert.Equal(
            (QueryApiHost.NowMs + expected - 300_000, QueryApiHost.NowMs + expected), (plan.FromMs, plan.ToMs)));
    }

    [Fact]
    public async Task Refuses_a_chunk_of_an_impossible_length()
    {
        await using var host = await QueryApiHost.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Http.BaseAddress!.Port, TestContext.Current.CancellationToken);

        await client.GetStream().WriteAsync(
            "POST /api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFF\r\n{"u8.ToArray(),
            TestContext.Current.CancellationToken);

        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith("HTTP/1.1 400 ", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Goes_on_serving_after_a_client_left_in_the_middle()
    {
        await using var host = await QueryApiHost.StartAsync(new() { ["Metrics:Query:MaxConcurrent"] = "1", ["Metrics:Query:MaxQueued"] = "5" });
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource<QueryResult>();
        host.Grain.OnExecute = _ =>
        {
            asked.TrySetResult();
            return release.Task;
        };
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, host.Http.BaseAddress!.Port, TestContext.Current.CancellationToken);
            var request = $"POST /api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {Valid.Length}\r\n\r\n{Valid}";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }

        var next = host.PostAsync("/api/v1/query", Valid);
        release.SetResult(new QueryResult([], []));
        Assert.Equal(HttpStatusCode.OK, (await next.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task Measures_how_long_queries_take()
    {
        await using var host = await QueryApiHost.StartAsync();
        var meters = host.Services.GetRequiredService<IMeterFactory>();
        var measured = new List<(double Seconds, string Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "metrics.api.query.duration" && instrument.Meter.Scope == meters)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => measured.Add((seconds, $"{tags[0].Value} {tags[1].Value}")));
        listener.Start();
        host.Grain.OnExecute = _ =>
        {
            host.Time.Advance(TimeSpan.FromMilliseconds(250));
            return Task.FromResult(new QueryResult([], []));
        };
        await host.PostAsync("/api/v1/query", Valid);
        Assert.Equal([(0.25, "query ok")], measured);
    }

    private static Task<QueryResult> Answer(QueryGroup group) => Task.FromResult(new QueryResult([group], []));
}

using System.Net;
using System.Text.Json.Nodes;
using Metrics.Core.Query;
using Metrics.Gateway.Tests.Support;

namespace Metrics.Gateway.Tests.Query;

public class BatchEndpointTests
{
    [Fact]
    public async Task Answers_in_order_although_the_last_is_done_first()
    {
        await using var host = await QueryApiHost.StartAsync();
        var last = new TaskCompletionSource();
        host.Grain.OnExecute = async plan =>
        {
            var number = int.Parse(plan.Selector.Metric!, null);
            if (number == 4)
            {
                last.SetResult();
            }

            await last.Task;
            return new QueryResult([new QueryGroup([], [0], [number])], []);
        };
        var (status, body) = await host.PostAsync("/api/v1/query/batch", Batch(Enumerable.Range(0, 5).Select(i => Query($"{i}"))));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([0, 1, 2, 3, 4], body["results"]!.AsArray().Select(r => (int)r!["series"]![0]!["value"]!));
    }

    [Fact]
    public async Task A_query_that_fails_fails_alone()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.OnExecute = static plan => plan.Selector.Metric switch
        {
            "limit" => throw new QueryLimitException("Metrics:Query:MaxPoints", "too many points"),
            "bug" => throw new InvalidDataException("secret"),
            _ => Task.FromResult(new QueryResult([new QueryGroup([], [0], [1])], [])),
        };
        var (status, body) = await host.PostAsync(
            "/api/v1/query/batch",
            Batch([Query("ok"), """{"metric":"m","agregation":"avg"}""", "7", Query("limit"), Query("bug"), Query("ok")]));

        Assert.Equal(HttpStatusCode.OK, status);
        var results = body["results"]!.AsArray();
        Assert.Equal(6, results.Count);
        Assert.NotNull(results[0]!["series"]);
        Assert.Equal((400, "agregation"), ((int)results[1]!["error"]!["status"]!, (string?)results[1]!["error"]!["field"]));
        Assert.Equal(400, (int)results[2]!["error"]!["status"]!);
        Assert.Equal((422, "Metrics:Query:MaxPoints"), ((int)results[3]!["error"]!["status"]!, (string?)results[3]!["error"]!["limit"]));
        Assert.Equal(500, (int)results[4]!["error"]!["status"]!);
        Assert.NotNull((string?)results[4]!["error"]!["traceId"]);
        Assert.DoesNotContain("secret", body.ToJsonString(), StringComparison.Ordinal);
        Assert.NotNull(results[5]!["series"]);
    }

    [Fact]
    public async Task Runs_no_more_at_a_time_than_is_allowed()
    {
        await using var host = await QueryApiHost.StartAsync(new() { ["Metrics:Query:BatchConcurrency"] = "3" });
        var (running, most) = (0, 0);
        var both = new Lock();
        host.Grain.OnExecute = async _ =>
        {
            lock (both)
            {
                most = Math.Max(most, ++running);
            }

            await Task.Yield();
            lock (both)
            {
                running--;
            }

            return new QueryResult([], []);
        };
        var (_, body) = await host.PostAsync("/api/v1/query/batch", Batch(Enumerable.Repeat(Query("m"), 100)));
        Assert.Equal(100, body["results"]!.AsArray().Count);
        Assert.InRange(most, 1, 3);
    }

    [Theory]
    [InlineData("""{"querys":[]}""", "querys", "did you mean queries?")]
    [InlineData("""{}""", "queries", "missing")]
    [InlineData("""{"queries":{}}""", "queries", "list")]
    [InlineData("""[]""", null, "must be an object")]
    public async Task Refuses_a_malformed_batch(string batch, string? field, string reason)
    {
        await using var host = await QueryApiHost.StartAsync();
        var (status, problem) = await host.PostAsync("/api/v1/query/batch", batch);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(field, (string?)problem["field"]);
        Assert.Contains(reason, (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_an_empty_batch_and_refuses_one_too_long()
    {
        await using var host = await QueryApiHost.StartAsync();
        Assert.Equal("""{"results":[]}""", (await host.PostAsync("/api/v1/query/batch", Batch([]))).Body.ToJsonString());
        var (status, problem) = await host.PostAsync("/api/v1/query/batch", Batch(Enumerable.Repeat(Query("m"), 101)));
        Assert.Equal((HttpStatusCode.BadRequest, "Metrics:Query:MaxBatch"), (status, (string?)problem["limit"]));
        Assert.Empty(host.Grain.Plans);
    }

    private static string Query(string metric) =>
        new JsonObject { ["metric"] = metric, ["aggregation"] = "avg" }.ToJsonString();

    private static string Batch(IEnumerable<string> queries) => $$"""{"queries":[{{string.Join(',', queries)}}]}""";
}

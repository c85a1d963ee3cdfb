using System.Text.Json.Nodes;
using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Senders;

/// <summary>What the server has of a scrape job.</summary>
internal static class Received
{
    private const int QueriesPerBatch = 50;

    /// <summary>Every series of the job: its metric and labels.</summary>
    public static async Task<List<(string Metric, Dictionary<string, string> Labels)>> Series(SiloProcess silo, string job)
    {
        var answer = await silo.GetJson($"/api/v1/series?tag.job={job}&limit=100000");
        return [.. answer["series"]!.AsArray().Select(static s => ((string)s!["metric"]!, Labels(s["tags"]!)))];
    }

    /// <summary>One value for each series of the job, by metric and labels.</summary>
    public static async Task<Dictionary<string, double>> Values(SiloProcess silo, string job, string aggregation, long fromMs, long toMs)
    {
        var values = new Dictionary<string, double>();
        foreach (var metrics in (await Series(silo, job)).GroupBy(static s => s.Metric).Chunk(QueriesPerBatch))
        {
            var queries = metrics.Select(metric => (JsonNode)new JsonObject
            {
                ["metric"] = metric.Key,
                ["aggregation"] = aggregation,
                ["tags"] = new JsonObject { ["job"] = job },
                ["groupBy"] = new JsonArray([.. metric.SelectMany(static s => s.Labels.Keys).Distinct().Select(static k => JsonValue.Create(k))]),
                ["from"] = fromMs,
                ["to"] = toMs,
            });
            var body = new JsonObject { ["queries"] = new JsonArray([.. queries]) };
            using var response = await silo.Post("/api/v1/query/batch", System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()), "application/json");
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            foreach (var (metric, result) in metrics.Zip(answer["results"]!.AsArray()))
            {
                Assert.True(result!["groups"] is not null, result.ToJsonString());
                foreach (var group in result["groups"]!.AsArray())
                {
                    // JSON has no number for what is not one: it comes as null.
                    var value = group!["series"]!.AsArray().Single()!["value"];
                    values.Add(Exposition.Key(metric.Key, Labels(group["tags"]!)), (double?)value ?? double.NaN);
                }
            }
        }

        return values;
    }

    private static Dictionary<string, string> Labels(JsonNode tags) =>
        tags.AsObject().ToDictionary(static t => t.Key, static t => (string)t.Value!);
}

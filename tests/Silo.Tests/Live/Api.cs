using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Live;

/// <summary>What clients ask of a running server.</summary>
internal static class Api
{
    public static Task<HttpResponseMessage> PostJson(this SiloProcess silo, IEnumerable<Point> points) =>
        silo.Post("/api/v1/metrics", Bodies.Json(points), "application/json");

    public static Task<HttpResponseMessage> PostRemoteWrite(this SiloProcess silo, IEnumerable<Point> points) =>
        silo.Post("/api/v1/write", Bodies.RemoteWrite(points), "application/x-protobuf", "snappy");

    public static async Task<HttpResponseMessage> Post(this SiloProcess silo, string path, byte[] body, string type, string? encoding = null)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return await silo.Http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends points and insists on their being taken, all of them.</summary>
    public static async Task Write(this SiloProcess silo, params IReadOnlyList<Point> points)
    {
        using var response = await silo.PostJson(points);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, answer);
        Assert.Equal(points.Count, (int)JsonNode.Parse(answer)!["accepted"]!);
    }

    public static async Task<JsonNode> GetJson(this SiloProcess silo, string path) =>
        JsonNode.Parse(await silo.Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))!;

    /// <summary>The answer to a query, which must be 200 and whole.</summary>
    public static async Task<JsonNode> Query(this SiloProcess silo, JsonObject query)
    {
        using var content = new StringContent(query.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        using var response = await silo.Http.PostAsync(new Uri("/api/v1/query", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        var answer = JsonNode.Parse(text)!;
        Assert.Null(answer["warnings"]);
        return answer;
    }

    /// <summary>One value for each value of a tag, over a range.</summary>
    public static async Task<Dictionary<string, double>> QueryByTag(
        this SiloProcess silo, string metric, string aggregation, string key, long fromMs, long toMs)
    {
        var answer = await silo.Query(new JsonObject
        {
            ["metric"] = metric,
            ["aggregation"] = aggregation,
            ["groupBy"] = new JsonArray(key),
            ["from"] = fromMs,
            ["to"] = toMs,
        });
        return answer["groups"]!.AsArray().ToDictionary(
            g => (string?)g!["tags"]![key] ?? "", static g => (double)g!["series"]!.AsArray().Single()!["value"]!);
    }

    /// <summary>A value for each bucket that has one, by the bucket's start in seconds.</summary>
    public static async Task<Dictionary<long, double>> QueryBuckets(
        this SiloProcess silo, string metric, string aggregation, long fromMs, long toMs, int intervalSeconds)
    {
        var answer = await silo.Query(new JsonObject
        {
            ["metric"] = metric,
            ["aggregation"] = aggregation,
            ["from"] = fromMs,
            ["to"] = toMs,
            ["interval"] = intervalSeconds.ToString(CultureInfo.InvariantCulture) + "s",
        });
        return answer["series"]!.AsArray().ToDictionary(static b => (long)b!["timestamp"]!, static b => (double)b!["value"]!);
    }
}

using System.Text;
using System.Text.Json;
using Metrics.LoadGenerator.Http;

namespace Metrics.LoadGenerator.Tsbs;

/// <summary>Our query API: a query a metric, several of them as a batch in one request.</summary>
internal sealed class OurServer : ITsbsServer
{
    public TsbsRequest Request(TsbsQuestion question)
    {
        var queries = question.Metrics.Select(metric => Query(question, metric)).ToArray();
        var (path, body) = queries.Length == 1
            ? ("/api/v1/query", queries[0])
            : ("/api/v1/query/batch", $$"""{"queries":[{{string.Join(',', queries)}}]}""");
        return new TsbsRequest("POST", path, "Content-Type: application/json\r\n", Encoding.UTF8.GetBytes(body));
    }

    public TsbsAnswer Read(TsbsQuestion question, HttpAnswer answer)
    {
        var read = new TsbsAnswer();
        using var document = JsonDocument.Parse(answer.Body);
        if (question.Metrics.Count == 1)
        {
            ReadResult(read, question, question.Metrics[0], document.RootElement);
            return read;
        }

        var results = document.RootElement.GetProperty("results");
        for (var i = 0; i < question.Metrics.Count; i++)
        {
            ReadResult(read, question, question.Metrics[i], results[i]);
        }

        return read;
    }

    private static string Query(TsbsQuestion question, string metric)
    {
        var hosts = string.Join(',', question.Hosts.Select(static host => $"\"{host}\""));
        var tags = question.Hosts.Count switch
        {
            0 => "",
            1 => $$""","tags":{"hostname":{{hosts}}}""",
            _ => $$""","tags":{"hostname":[{{hosts}}]}""",
        };
        var groupBy = question.ByHost ? ""","groupBy":["hostname"]""" : "";
        return $$"""{"metric":"{{metric}}","aggregation":"{{question.Aggregation}}"{{tags}},"from":{{question.FromMs / 1000}},"to":{{question.ToMs / 1000}},"interval":{{question.StepMs / 1000}}{{groupBy}}}""";
    }

    private static void ReadResult(TsbsAnswer read, TsbsQuestion question, string metric, JsonElement result)
    {
        if (result.TryGetProperty("error", out var error) || result.TryGetProperty("warnings", out error))
        {
            throw new IOException(error.GetRawText());
        }

        if (!question.ByHost)
        {
            ReadPoints(read, metric, "", result);
            return;
        }

        foreach (var group in result.GetProperty("groups").EnumerateArray())
        {
            ReadPoints(read, metric, group.GetProperty("tags").GetProperty("hostname").GetString()!, group);
        }
    }

    private static void ReadPoints(TsbsAnswer read, string metric, string host, JsonElement holder)
    {
        foreach (var point in holder.GetProperty("series").EnumerateArray())
        {
            read.Add(metric, host, point.GetProperty("timestamp").GetInt64() * 1000, point.GetProperty("value").GetDouble());
        }
    }
}

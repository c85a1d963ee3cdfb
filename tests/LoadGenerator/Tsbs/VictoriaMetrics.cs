using System.Globalization;
using System.Text.Json;
using Metrics.LoadGenerator.Http;

namespace Metrics.LoadGenerator.Tsbs;

/// <summary>
/// VictoriaMetrics in the words that TSBS has for it. Its windows are (t - step, t] where ours are [t, t + step); times are whole
/// milliseconds, so that a window that ends one millisecond before our bucket does holds the same samples. Its cache of results is off, unlike in TSBS:
/// ours has none, and the same ranges come again and again.
/// </summary>
internal sealed class VictoriaMetrics : ITsbsServer
{
    public TsbsRequest Request(TsbsQuestion question)
    {
        var by = question.ByHost ? "__name__, hostname" : "__name__";
        var query = $"{question.Aggregation}({question.Aggregation}_over_time({Selector(question)}[{question.StepMs / 1000}s])) by ({by})";
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"/api/v1/query_range?query={Uri.EscapeDataString(query)}&start={Time(question.FromMs + question.StepMs)}&end={Time(question.ToMs)}&step={question.StepMs / 1000}&nocache=1");
        return new TsbsRequest("GET", path, "", []);
    }

    public TsbsAnswer Read(TsbsQuestion question, HttpAnswer answer)
    {
        var read = new TsbsAnswer();
        using var document = JsonDocument.Parse(answer.Body);
        foreach (var series in document.RootElement.GetProperty("data").GetProperty("result").EnumerateArray())
        {
            var labels = series.GetProperty("metric");
            var metric = labels.TryGetProperty("__name__", out var name) ? name.GetString()! : question.Metrics[0];
            var host = question.ByHost ? labels.GetProperty("hostname").GetString()! : "";
            foreach (var point in series.GetProperty("values").EnumerateArray())
            {
                var windowEndMs = (long)Math.Round(point[0].GetDouble() * 1000) + 1;
                read.Add(metric, host, windowEndMs - question.StepMs, double.Parse(point[1].GetString()!, CultureInfo.InvariantCulture));
            }
        }

        return read;
    }

    private static string Time(long endMs) => string.Create(CultureInfo.InvariantCulture, $"{(endMs - 1) / 1000m}");

    private static string Selector(TsbsQuestion question)
    {
        var hosts = question.Hosts.Count switch
        {
            0 => "",
            1 => $"hostname='{question.Hosts[0]}'",
            _ => $"hostname=~'{string.Join('|', question.Hosts)}'",
        };
        return question.Metrics.Count == 1
            ? $"{question.Metrics[0]}{{{hosts}}}"
            : $"{{__name__=~'{string.Join('|', question.Metrics)}'{(hosts.Length == 0 ? "" : ", ")}{hosts}}}";
    }
}

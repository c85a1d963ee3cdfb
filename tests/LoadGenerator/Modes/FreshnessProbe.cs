using System.Diagnostics;
using System.Globalization;
using System.Text;
using Metrics.LoadGenerator.Http;
using Metrics.LoadGenerator.Reports;

namespace Metrics.LoadGenerator.Modes;

/// <summary>
/// Writes a point and asks until it is the newest one: the time from before the write to the answer that has it. Run
/// beside a load.
/// </summary>
internal static class FreshnessProbe
{
    private const string Metric = "load_generator_marker";

    public static int Run(CommandLine options, Uri target, TimeProvider time, Report report)
    {
        var markers = options.Number("markers", 200);
        var pause = TimeSpan.FromMilliseconds(options.Number("pause-ms", 50));
        var patience = TimeSpan.FromSeconds(options.Number("patience-s", 30));
        options.RefuseOthers();
        using var connection = new HttpConnection(target);
        var client = new QueryClient(connection);
        var milliseconds = new List<double>();
        var lost = 0;
        for (var marker = 1; marker <= markers; marker++)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var started = Stopwatch.GetTimestamp();
            var body = string.Create(
                CultureInfo.InvariantCulture, $$"""[{"metric":"{{Metric}}","tags":{},"timestamp":{{now}},"value":{{marker}}}]""");
            var answer = connection.Send("POST", "/api/v1/metrics", "Content-Type: application/json\r\n", Encoding.UTF8.GetBytes(body));
            if (!answer.IsSuccess)
            {
                throw new IOException(answer.Excerpt);
            }

            var seen = false;
            while (!seen && Stopwatch.GetElapsedTime(started) < patience)
            {
                seen = client.Ask(Metric, "last", now - 60_000, now + 60_000) == marker;
            }

            if (seen)
            {
                milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            lost += seen ? 0 : 1;
            ServerCost.Wait(pause);
        }

        report.Add("markers never seen", lost, "markers");
        report.AddLatency("freshness", [.. milliseconds]);
        return lost == 0 ? 0 : 1;
    }
}

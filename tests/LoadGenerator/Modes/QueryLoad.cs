using System.Diagnostics;
using System.Text;
using Metrics.LoadGenerator.Http;
using Metrics.LoadGenerator.Os;
using Metrics.LoadGenerator.Reports;

namespace Metrics.LoadGenerator.Modes;

/// <summary>Asks the same query again and again, one at a time: a JSON body by POST, or a path by GET.</summary>
internal static class QueryLoad
{
    public static int Run(CommandLine options, Uri target, ServerProcess? server, Report report)
    {
        var get = options.Text("get");
        var query = options.Text("query");
        var path = options.Text("target-path", "/api/v1/query");
        var repeat = options.Number("repeat", 200);
        var warmup = options.Number("warmup", 50, min: 0);
        var show = options.Text("show", "no") == "yes";
        options.RefuseOthers();
        if (get is null == query is null)
        {
            throw new UsageException("Write either --query (a JSON body, or @file) or --get (a path).");
        }

        var body = Encoding.UTF8.GetBytes(query is ['@', .. var file] ? File.ReadAllText(file) : query ?? "");
        using var connection = new HttpConnection(target);
        HttpAnswer Ask() => get is null
            ? connection.Send("POST", path, "Content-Type: application/json\r\n", body)
            : connection.Send("GET", get, "", []);

        var answer = Ask();
        for (var i = 1; i < warmup; i++)
        {
            answer = Ask();
        }

        var milliseconds = new double[repeat];
        var failures = 0;
        var cpuBefore = server?.CpuNanoseconds() ?? 0;
        for (var i = 0; i < repeat; i++)
        {
            var before = Stopwatch.GetTimestamp();
            answer = Ask();
            milliseconds[i] = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
            failures += answer.IsSuccess ? 0 : 1;
        }

        report.Add("queries failed", failures, "queries");
        report.Add("answer size", answer.Body.Length, "B");
        report.AddLatency("query", milliseconds);
        if (server is not null)
        {
            report.Add("server CPU a query", (server.CpuNanoseconds() - cpuBefore) / 1e6 / repeat, "ms");
        }

        if (failures > 0 || show)
        {
            Console.Error.WriteLine($"  {answer.Excerpt}");
        }

        return failures == 0 ? 0 : 1;
    }
}

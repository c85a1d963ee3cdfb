using Metrics.LoadGenerator.Data;
using Metrics.LoadGenerator.Modes;
using Metrics.LoadGenerator.Os;
using Metrics.LoadGenerator.Reports;

namespace Metrics.LoadGenerator.Tsbs;

/// <summary>Sends a fleet's history in the order of its times by remote write.</summary>
internal static class TsbsLoad
{
    public static int Run(CommandLine options, Uri target, ServerProcess? server, TimeProvider time, Report report)
    {
        var data = new TsbsData(options, time.GetUtcNow().ToUnixTimeMilliseconds());
        var plan = data.Plan(options.Number("series-per-request", 2000, max: 100_000));
        var how = new HttpLoadOptions(
            target,
            options.Text("target-path", "/api/v1/write"),
            options.Number("connections", 4, max: 1024),
            null,
            options.Number("memory-mb", 512) * 1024L * 1024,
            TimeSpan.FromSeconds(options.Number("settle-s", 0, min: 0)));
        options.RefuseOthers();
        var fleet = data.Fleet();
        report.Add("first timestamp", data.StartMs, "ms");
        report.Add("end", data.EndMs, "ms");
        return new HttpLoad(plan, new RemoteWriteFormat(fleet), fleet, how).Run(server, report);
    }
}

using Metrics.LoadGenerator.Os;
using Metrics.LoadGenerator.Reports;

namespace Metrics.LoadGenerator.Modes;

/// <summary>What the load has cost the server.</summary>
internal static class ServerCost
{
    public static void Add(Report report, ServerProcess server, long cpuBefore, long count, TimeSpan settle, string unit)
    {
        Wait(settle);
        var cpu = server.CpuNanoseconds() - cpuBefore;
        report.Add("server CPU", cpu / 1e9, "s");
        report.Add($"server CPU a {unit}", (double)cpu / Math.Max(1, count), "ns");
        report.Add("server RSS", server.ResidentBytes() / 1048576.0, "MiB");
        report.Add("server peak RSS", server.PeakResidentBytes() / 1048576.0, "MiB");
    }

    public static void Wait(TimeSpan time)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(time);
    }
}

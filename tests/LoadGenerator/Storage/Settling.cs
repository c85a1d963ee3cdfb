using System.Diagnostics;
using System.Globalization;
using Metrics.LoadGenerator.Http;
using Metrics.LoadGenerator.Modes;
using Metrics.LoadGenerator.Os;
using Metrics.LoadGenerator.Reports;

namespace Metrics.LoadGenerator.Storage;

/// <summary>
/// Waits until a server has nothing more to do with what it was sent: it says so where it can, its directory stays as large as it is, and it
/// takes little of the processor. Then says how large the directory is and what it all cost.
/// </summary>
internal static class Settling
{
    private const double IdleShare = 0.05;

    public static int Run(CommandLine options, Uri target, ServerProcess? server, Report report)
    {
        var directory = options.Text("dir") ?? throw new UsageException("Write --dir: the server's data directory.");
        var logs = options.Text("logs", "wal,series,cache").Split(',');
        var samples = options.Number("samples") ?? throw new UsageException("Write --samples: how many were sent.");
        var quiet = TimeSpan.FromSeconds(options.Number("quiet-s", 5));
        var patience = TimeSpan.FromSeconds(options.Number("patience-s", 120));
        options.RefuseOthers();
        if (server is null)
        {
            throw new UsageException("Write --pid or --port.");
        }

        var cpuBefore = server.CpuNanoseconds();
        using var connection = new HttpConnection(target);
        var started = Stopwatch.GetTimestamp();
        var settled = Wait(() => (PendingWork.Ask(connection), DirectorySize.Of(directory, [])), server, quiet, patience);
        report.Add("settled after", Stopwatch.GetElapsedTime(started).TotalSeconds, "s");
        var data = DirectorySize.Of(directory, logs);
        var all = DirectorySize.Of(directory, []);
        report.Add("bytes without logs", data, "B");
        report.Add("bytes in all", all, "B");
        report.Add("bytes a sample", (double)data / samples, "B");
        report.Add("bytes a sample in all", (double)all / samples, "B");
        report.Add("CPU a sample since loaded", (double)(server.CpuNanoseconds() - cpuBefore) / samples, "ns");
        report.Add("CPU a sample since start", (double)server.CpuNanoseconds() / samples, "ns");
        report.Add("server RSS", server.ResidentBytes() / 1048576.0, "MiB");
        report.Add("server peak RSS", server.PeakResidentBytes() / 1048576.0, "MiB");
        return settled ? 0 : 1;
    }

    private static bool Wait(Func<(double? Pending, long Bytes)> look, ServerProcess server, TimeSpan quiet, TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        var quietSince = started;
        var (before, cpuBefore) = (look(), server.CpuNanoseconds());
        for (var seconds = 1; Stopwatch.GetElapsedTime(started) < patience; seconds++)
        {
            ServerCost.Wait(TimeSpan.FromSeconds(1));
            var (now, cpu) = (look(), server.CpuNanoseconds());
            if (now != before || now.Pending > 0 || (cpu - cpuBefore) / 1e9 > IdleShare)
            {
                quietSince = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(quietSince) >= quiet)
            {
                return true;
            }

            if (seconds % 5 == 0)
            {
                Console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {seconds} s: {now.Bytes / 1048576.0:N1} MiB, pending {now.Pending?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}, {(cpu - cpuBefore) / 1e7:N0} % CPU"));
            }

            (before, cpuBefore) = (now, cpu);
        }

        return false;
    }
}

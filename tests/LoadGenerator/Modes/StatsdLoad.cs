using System.Diagnostics;
using System.Net.Sockets;
using Metrics.LoadGenerator.Data;
using Metrics.LoadGenerator.Os;
using Metrics.LoadGenerator.Reports;

namespace Metrics.LoadGenerator.Modes;

/// <summary>Sends gauge lines by UDP at a given rate, and counts what the kernel dropped before the server had it.</summary>
internal static class StatsdLoad
{
    public static int Run(CommandLine options, ServerProcess? server, Report report)
    {
        var target = new Uri($"udp://{options.Text("udp", "127.0.0.1:8125")}");
        var fleet = new DevopsFleet(options.Number("series", 10_000, max: 10_000_000), options.Number("tags", 10, max: 10));
        var packets = StatsdPackets.Build(fleet, options.Number("lines-per-packet", int.MaxValue));
        var points = options.Number("points") ?? 1_000_000;
        var linesPerSecond = (double)options.Number("rate", 200_000);
        var settle = TimeSpan.FromSeconds(options.Number("settle-s", 2, min: 0));
        options.RefuseOthers();

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(target.Host, target.Port);
        using var never = new ManualResetEventSlim();
        var dropsBefore = ServerProcess.UdpDrops(target.Port);
        var cpuBefore = server?.CpuNanoseconds() ?? 0;
        var started = Stopwatch.GetTimestamp();
        var (lines, sent) = (0L, 0L);
        for (; lines < points; sent++)
        {
            var (packet, count) = packets[(int)(sent % packets.Count)];
            if ((sent & 15) == 0 && (lines / linesPerSecond) - Stopwatch.GetElapsedTime(started).TotalSeconds is > 0.001 and var early)
            {
                never.Wait(TimeSpan.FromSeconds(early));
            }

            socket.Send(packet);
            lines += count;
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        var drops = ServerProcess.UdpDrops(target.Port) - dropsBefore;
        var received = lines - (drops * lines / sent);
        report.Add("lines sent", lines, "lines");
        report.Add("packets sent", sent, "packets");
        report.Add("packets dropped", drops, "packets");
        report.Add("throughput", lines / elapsed.TotalSeconds, "lines/s");
        if (server is not null)
        {
            ServerCost.Add(report, server, cpuBefore, received, settle, "line");
        }

        return 0;
    }
}

using System.Diagnostics;
using Metrics.LoadGenerator.Data;
using Metrics.LoadGenerator.Os;
using Metrics.LoadGenerator.Reports;

namespace Metrics.LoadGenerator.Modes;

/// <summary>
/// Sends the bodies of a plan over many connections. Bodies are made while nothing is sent, as many at a time as memory allows,
/// so that the clock only ever runs over sending.
/// </summary>
internal sealed class HttpLoad(LoadPlan plan, IBodyFormat format, DevopsFleet fleet, HttpLoadOptions options)
{
    private readonly Lane[] _lanes = [.. Enumerable.Range(0, options.Connections).Select(_ => new Lane(options, format.Headers))];
    private long _round;

    /// <returns>0 when every request was answered with 2xx, else 1.</returns>
    public int Run(ServerProcess? server, Report report)
    {
        var cpuBefore = server?.CpuNanoseconds() ?? 0;
        var sending = TimeSpan.Zero;
        while (!IsDone(sending) && _lanes.All(static lane => lane.IsConnected))
        {
            Build();
            var started = Stopwatch.GetTimestamp();
            var deadline = plan.Duration - sending;
            var threads = _lanes.Select(lane => new Thread(() => lane.Send(deadline))).ToArray();
            Array.ForEach(threads, static thread => thread.Start());
            Array.ForEach(threads, static thread => thread.Join());
            sending += Stopwatch.GetElapsedTime(started);
            Console.Error.WriteLine($"  {_lanes.Sum(static lane => lane.Acknowledged):N0} samples acknowledged in {sending.TotalSeconds:N1} s of sending");
        }

        return Summarize(server, cpuBefore, sending, report);
    }

    private bool IsDone(TimeSpan sending) => plan.Rounds is { } rounds ? _round >= rounds : sending >= plan.Duration;

    private void Build()
    {
        var bytes = 0L;
        var requests = plan.Requests().ToArray();
        var lastWord = Stopwatch.GetTimestamp();
        do
        {
            for (var i = 0; i < requests.Length; i++)
            {
                // A series stays with its connection, so that its samples arrive in the order of their times.
                var body = plan.Encode(format, fleet, _round, requests[i]);
                _lanes[i % _lanes.Length].Bodies.Add((body, requests[i].Count * plan.SamplesPerSeries));
                bytes += body.Length;
            }

            _round++;
            if (Stopwatch.GetElapsedTime(lastWord).TotalSeconds > 5)
            {
                lastWord = Stopwatch.GetTimestamp();
                Console.Error.WriteLine($"  building: round {_round:N0} of {plan.Rounds?.ToString("N0") ?? "many"}, {bytes >> 20:N0} MiB");
            }
        }
        while (bytes < options.MemoryBytes && _round < (plan.Rounds ?? long.MaxValue));
    }

    private int Summarize(ServerProcess? server, long cpuBefore, TimeSpan sending, Report report)
    {
        var acknowledged = _lanes.Sum(static lane => lane.Acknowledged);
        var failures = _lanes.Sum(static lane => lane.Failures);
        report.Add("samples acknowledged", acknowledged, "samples");
        report.Add("samples not acknowledged", _lanes.Sum(static lane => lane.Unacknowledged), "samples");
        report.Add("requests failed", failures, "requests");
        report.Add("throughput", acknowledged / sending.TotalSeconds, "samples/s");
        report.AddLatency("request", [.. _lanes.SelectMany(static lane => lane.Milliseconds)]);
        report.Add("body bytes a sample", _lanes.Sum(static lane => (double)lane.BodyBytes) / Math.Max(1, acknowledged), "B");
        if (server is not null)
        {
            ServerCost.Add(report, server, cpuBefore, acknowledged, options.Settle, "sample");
        }

        foreach (var problem in _lanes.Select(static lane => lane.FirstProblem).OfType<string>().Distinct())
        {
            Console.Error.WriteLine($"  {problem}");
        }

        Array.ForEach(_lanes, static lane => lane.Dispose());
        return failures == 0 ? 0 : 1;
    }
}

/// <summary>How a plan is sent.</summary>
/// <param name="Target">Scheme, host and port.</param>
/// <param name="Path">Where the bodies go.</param>
/// <param name="Connections">One thread each.</param>
/// <param name="SamplesPerSecond">Of all connections together; null for as fast as the server takes them.</param>
/// <param name="MemoryBytes">Of bodies made ahead.</param>
/// <param name="Settle">After the last answer, before the server's time is read: what it put off is its cost too.</param>
internal sealed record HttpLoadOptions(
    Uri Target, string Path, int Connections, double? SamplesPerSecond, long MemoryBytes, TimeSpan Settle);

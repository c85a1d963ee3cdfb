using System.Diagnostics;
using Metrics.LoadGenerator.Http;
using Metrics.LoadGenerator.Os;

namespace Metrics.LoadGenerator.Tsbs;

/// <summary>One of the servers that are asked, and what its answers took.</summary>
internal sealed class TsbsSide(string name, Uri target, ITsbsServer words, ServerProcess? process) : IDisposable
{
    private HttpConnection _connection = new(target);
    private readonly List<double> _milliseconds = [];
    private long _cpuBefore;

    public string Name { get; } = name;

    /// <summary>A new connection: servers close those that have been open for some minutes.</summary>
    public void Reconnect()
    {
        _connection.Dispose();
        _connection = new HttpConnection(target);
    }

    /// <summary>Forgets what was timed so far: that was warming up.</summary>
    public void BeginTiming()
    {
        _milliseconds.Clear();
        _cpuBefore = process?.CpuNanoseconds() ?? 0;
    }

    /// <summary>Asks and reads the whole answer; taking it apart is not timed.</summary>
    /// <exception cref="IOException">The answer was not 2xx.</exception>
    public HttpAnswer Ask(TsbsQuestion question)
    {
        var request = words.Request(question);
        var before = Stopwatch.GetTimestamp();
        var answer = _connection.Send(request.Method, request.Path, request.Headers, request.Body);
        _milliseconds.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        return answer.IsSuccess ? answer : throw new IOException($"{Name}: {answer.Excerpt}");
    }

    public TsbsAnswer Read(TsbsQuestion question, HttpAnswer answer) => words.Read(question, answer);

    public TsbsTiming EndTiming()
    {
        var sorted = _milliseconds.Order().ToArray();
        var cpu = process is null ? double.NaN : (process.CpuNanoseconds() - _cpuBefore) / 1e6 / Math.Max(1, sorted.Length);
        return new TsbsTiming(At(sorted, 0.5), At(sorted, 0.95), At(sorted, 0.99), cpu);
    }

    public void Dispose() => _connection.Dispose();

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[(int)((sorted.Length - 1) * share)];
}

/// <summary>Milliseconds of a kind's queries; CPU is the whole process's a query, NaN where its id was not given.</summary>
internal readonly record struct TsbsTiming(double P50, double P95, double P99, double CpuMs);

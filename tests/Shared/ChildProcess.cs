using System.Diagnostics;
using System.Globalization;

namespace Metrics.Tests.Shared;

/// <summary>A program that runs beside the tests: its output is kept, it can be killed or asked to stop, and it never outlives them.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Lines _output = new();
    private readonly Lines _errors = new();

    public ChildProcess(string program, IEnumerable<string> arguments, string? directory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory ?? Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _output.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _errors.Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines on standard output.</summary>
    public string Output => _output.ToString();

    /// <summary>The last lines on standard error.</summary>
    public string Errors => _errors.ToString();

    /// <summary>Bytes of memory that are resident now, and that were at most.</summary>
    public (long Now, long Peak) ResidentBytes
    {
        get
        {
            var status = File.ReadAllLines($"/proc/{Id}/status");
            return (Read("VmRSS:"), Read("VmHWM:"));

            long Read(string name)
            {
                var line = status.Single(l => l.StartsWith(name, StringComparison.Ordinal));
                return 1024 * long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>SIGKILL: what a crash looks like.</summary>
    public async Task Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: what an orderly stop is asked for with.</summary>
    public void Terminate() => Signal("TERM");

    /// <param name="signal">Its name without <c>SIG</c>.</param>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <returns>The exit code, once all output is read.</returns>
    /// <exception cref="TimeoutException">It still runs.</exception>
    public async Task<int> WaitForExit(TimeSpan deadline)
    {
        using var timeout = new CancellationTokenSource(deadline);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_process.StartInfo.FileName} still runs after {deadline}. Its last lines:\n{Output}\n{Errors}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _process.Dispose();
    }

    /// <summary>The last lines of a stream.</summary>
    private sealed class Lines
    {
        private const int Kept = 400;
        private readonly Queue<string> _lines = new();

        public void Add(string? line)
        {
            lock (_lines)
            {
                if (line is not null)
                {
                    _lines.Enqueue(line);
                }

                if (_lines.Count > Kept)
                {
                    _lines.Dequeue();
                }
            }
        }

        public override string ToString()
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }
}

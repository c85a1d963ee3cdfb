using System.Diagnostics;
using System.Net.Sockets;

namespace Metrics.Tests.Shared.Emulators;

/// <summary>A stand-in of a cloud's object store, run by Node on a port of its own. Its data is kept while it is stopped.</summary>
public abstract class Emulator : IAsyncLifetime
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private ChildProcess? _process;

    protected int Port { get; } = FreePorts.Take();

    protected string Data { get; } = Directory.CreateTempSubdirectory("metrics-emulator-").FullName;

    /// <summary>The script below <c>node_modules</c>.</summary>
    protected abstract string Script { get; }

    protected abstract IEnumerable<string> Arguments { get; }

    protected virtual IEnumerable<string> NodeArguments => [];

    private string ScriptPath => Path.Combine(Repository.Root, "tests", "ObjectStores.Tests", "emulators", "node_modules", Script);

    /// <summary>Skips the test, when nothing may be installed and this is not.</summary>
    public void Require()
    {
        var missing = !File.Exists(ScriptPath);
        Assert.SkipWhen(missing && Environment.GetEnvironmentVariable("METRICS_NO_INSTALL") == "1", $"{Script} is not installed.");
        Assert.False(missing, $"There is no {ScriptPath}: run npm ci in tests/ObjectStores.Tests/emulators, as ./test.sh does, or set METRICS_NO_INSTALL=1.");
    }

    public async ValueTask InitializeAsync()
    {
        if (File.Exists(ScriptPath))
        {
            await Start();
        }
    }

    public async Task Start()
    {
        _process = new ChildProcess("node", [.. NodeArguments, ScriptPath, .. Arguments], Data);
        var running = Stopwatch.StartNew();
        while (!await Answers())
        {
            if (_process.HasExited || running.Elapsed > StartDeadline)
            {
                throw new InvalidOperationException($"{Script} did not start:\n{_process.Output}\n{_process.Errors}");
            }

            await Task.Delay(50);
        }

        await Started();
    }

    /// <summary>Connections are refused from here on.</summary>
    public async Task Stop()
    {
        _process!.Terminate();
        await _process.WaitForExit(StartDeadline);
        await _process.DisposeAsync();
    }

    /// <summary>Connections are taken and nothing is answered.</summary>
    public void Freeze() => _process!.Signal("STOP");

    public void Thaw() => _process!.Signal("CONT");

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Directory.Delete(Data, recursive: true);
    }

    /// <summary>What is there to do after each start.</summary>
    protected virtual Task Started() => Task.CompletedTask;

    private async Task<bool> Answers()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Playwright;

namespace Metrics.Browser.Tests;

/// <summary>The real server: a process of its own, on free ports, over an empty data folder.</summary>
public sealed class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("metrics-browser-");
    private readonly ProcessStartInfo _command;
    private readonly Queue<string> _output = new();
    private Process? _process;

    public SiloProcess()
    {
        // The tests and the server are built together: same configuration, same framework.
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var server = Path.Combine(Repository.Root, "src", "Silo", "bin", framework.Parent!.Name, framework.Name, "Metrics.Silo.dll");
        Address = $"http://127.0.0.1:{FreePort()}";
        _command = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = Path.Combine(Repository.Root, "src", "Silo"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                server,
                "--urls", Address,
                $"--Metrics:DataPath={_data.FullName}",
                $"--Metrics:StatsD:Port={FreePort()}",
                $"--Metrics:Cluster:SiloPort={FreePort()}",
                $"--Metrics:Cluster:GatewayPort={FreePort()}",
            },
        };
    }

    public string Address { get; }

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task Start(IPlaywright playwright)
    {
        _process = Process.Start(_command)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        await using var http = await playwright.APIRequest.NewContextAsync();
        using var deadline = new CancellationTokenSource(StartDeadline);
        while (!await IsReady(http))
        {
            if (_process.HasExited || deadline.IsCancellationRequested)
            {
                throw new InvalidOperationException($"The server did not get ready. Its last lines:\n{Output()}");
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>Kills it, as a crash would.</summary>
    public async Task Kill()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _data.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> IsReady(IAPIRequestContext http)
    {
        try
        {
            return (await http.GetAsync($"{Address}/-/ready")).Ok;
        }
        catch (PlaywrightException)
        {
            // Not listening yet.
            return false;
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.Enqueue(line.Data ?? "");
            if (_output.Count > 100)
            {
                _output.Dequeue();
            }
        }
    }

    private string Output()
    {
        lock (_output)
        {
            return string.Join('\n', _output);
        }
    }
}

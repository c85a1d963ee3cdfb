namespace Metrics.Tests.Shared;

/// <summary>The real server: a process of its own, on free ports, over a data folder that outlives its restarts.</summary>
public sealed class SiloProcess : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo? _ownData;
    private readonly string[] _settings;
    private readonly List<string> _earlierOutput = [];
    private ChildProcess? _process;

    /// <param name="data">The data folder; null for an empty one that is deleted in the end.</param>
    /// <param name="settings">As on the command line, after those for its ports and data folder.</param>
    public SiloProcess(string? data = null, params string[] settings)
    {
        _ownData = data is null ? Directory.CreateTempSubdirectory("metrics-silo-") : null;
        DataPath = data ?? _ownData!.FullName;
        _settings = settings;
        Address = $"http://127.0.0.1:{HttpPort}";
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(Address), Timeout = Deadline };
    }

    public int HttpPort { get; } = FreePorts.Take();

    public int StatsDPort { get; } = FreePorts.Take();

    public int SiloPort { get; } = FreePorts.Take();

    public int GatewayPort { get; } = FreePorts.Take();

    public string Address { get; }

    public string DataPath { get; }

    /// <summary>A client of the server, for relative addresses.</summary>
    public HttpClient Http { get; }

    /// <summary>The process that runs now, or ran last.</summary>
    public ChildProcess Process => _process ?? throw new InvalidOperationException("It has not been started.");

    /// <summary>The server's command line, with nothing but what is given.</summary>
    public static ChildProcess Run(string? directory, params string[] arguments) =>
        new("dotnet", [Path.Combine(Repository.Output("Silo"), "Metrics.Silo.dll"), .. arguments], directory);

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task Start()
    {
        Launch();
        await WaitUntilReady();
    }

    /// <summary>Starts it, and does not wait.</summary>
    public void Launch()
    {
        KeepOutput();
        _process = Run(
            null,
            [
                "--urls", Address,
                $"--Metrics:DataPath={DataPath}",
                $"--Metrics:StatsD:Port={StatsDPort}",
                $"--Metrics:Cluster:SiloPort={SiloPort}",
                $"--Metrics:Cluster:GatewayPort={GatewayPort}",
                .. _settings,
            ]);
    }

    public async Task WaitUntilReady()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!await Answers("/-/ready"))
        {
            if (Process.HasExited || deadline.IsCancellationRequested)
            {
                throw new InvalidOperationException($"The server did not get ready. Its last lines:\n{Process.Output}\n{Process.Errors}");
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Whether a GET is answered with success.</summary>
    public async Task<bool> Answers(string path)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(path, UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Not listening, or no longer.
            return false;
        }
    }

    /// <summary>Kills it, as a crash would.</summary>
    public Task Kill() => Process.Kill();

    /// <summary>Asks it to stop.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> Stop(TimeSpan? deadline = null)
    {
        Process.Terminate();
        return Process.WaitForExit(deadline ?? Deadline);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            KeepOutput();
        }

        Http.Dispose();
        _ownData?.Delete(recursive: true);

        // A runner shows it when the test fails.
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("\n--- restarted ---\n", _earlierOutput));
    }

    private void KeepOutput()
    {
        if (_process is not null)
        {
            _earlierOutput.Add($"{_process.Output}\n{_process.Errors}".Trim());
        }
    }
}

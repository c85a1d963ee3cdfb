using System.Net.Sockets;
using Metrics.LoadGenerator;
using Metrics.LoadGenerator.Data;
using Metrics.LoadGenerator.Modes;
using Metrics.LoadGenerator.Os;
using Metrics.LoadGenerator.Reports;
using Metrics.LoadGenerator.Storage;
using Metrics.LoadGenerator.Tsbs;

const string Usage = """
    usage: Metrics.LoadGenerator <mode> [--option value ...]

    remote-write, json  send a fleet's samples over HTTP
        --points N | --duration SECONDS  --series 100000  --tags 10  --samples-per-series 1  --series-per-request 2000
        --connections 8  --interval-ms 1000  --start EPOCH  --rate SAMPLES_PER_SECOND  --memory-mb 1024  --settle-s 2  --target-path PATH
    statsd              send gauge lines by UDP
        --udp 127.0.0.1:8125  --points 1000000  --rate 200000  --lines-per-packet N  --series 10000  --tags 10
    query               ask one query again and again
        --query JSON|@FILE | --get PATH  --target-path /api/v1/query  --repeat 200  --warmup 50  --show yes
    freshness           write a point and ask until it is there
        --markers 200  --pause-ms 50  --patience-s 30
    verify              count what is stored
        --from-ms N  --to-ms N  --expected N  --expected-at-most N
    rss                 print the server's memory
    tsbs-load           send the history of TSBS' devops cpu-only hosts, in time order, by remote write
        --hosts 200  --fields 10  --minutes 720  --interval-ms 10000  --start EPOCH  --seed 123  --values integers|gauges  --jitter-ms 10
        --samples-per-series 10  --series-per-request 2000  --connections 4  --memory-mb 512  --settle-s 0
    settle              wait until the server has nothing more to do, then say how large its data are
        --dir DIRECTORY  --samples N  --logs wal,series,cache  --quiet-s 5  --patience-s 120
    azure-container     make a container for cold reads
        --connection STRING  --container metrics
    tsbs-queries        ask TSBS' devops queries of what tsbs-load sent (same options), VictoriaMetrics beside it if given
        --kinds NAME,NAME  --repeat 100  --warmup-s 2  --in-a-row 10  --victoria URL  --victoria-pid N

    all: --target http://127.0.0.1:8080  --pid N | --port N (the server, for its CPU and memory)  --out FILE  --label TEXT
    """;

if (args.Length == 0)
{
    Console.Error.WriteLine(Usage);
    return 2;
}

#pragma warning disable RS0030 // The composition root: the one place that names the system's clock.
var clock = TimeProvider.System;
#pragma warning restore RS0030

try
{
    var options = new CommandLine(args[1..]);
    var target = new Uri(options.Text("target", "http://127.0.0.1:8080"));
    var report = new Report(options.Text("label", args[0]), options.Text("out"));
    var server = FindServer(options);
    return args[0] switch
    {
        "remote-write" => Load(options, target, server, report, "/api/v1/write", static fleet => new RemoteWriteFormat(fleet)),
        "json" => Load(options, target, server, report, "/api/v1/metrics", static fleet => new JsonFormat(fleet)),
        "statsd" => StatsdLoad.Run(options, server, report),
        "query" => QueryLoad.Run(options, target, server, report),
        "freshness" => FreshnessProbe.Run(options, target, clock, report),
        "verify" => Verification.Run(options, target, report),
        "tsbs-load" => TsbsLoad.Run(options, target, server, clock, report),
        "tsbs-queries" => TsbsQueries.Run(options, target, server, clock, report),
        "settle" => Settling.Run(options, target, server, report),
        "azure-container" => AzureContainer.Run(options, clock),
        "rss" => Memory(options, server, report),
        _ => throw new UsageException($"'{args[0]}' is not a mode.\n{Usage}"),
    };
}
catch (UsageException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
catch (Exception exception) when (exception is IOException or SocketException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

int Load(
    CommandLine options, Uri target, ServerProcess? server, Report report, string defaultPath, Func<DevopsFleet, IBodyFormat> format)
{
    var plan = new LoadPlan(options, clock.GetUtcNow().ToUnixTimeMilliseconds(), defaultSamplesPerSeries: 1);
    var how = new HttpLoadOptions(
        target,
        options.Text("target-path", defaultPath),
        options.Number("connections", 8, max: 1024),
        options.Number("rate"),
        options.Number("memory-mb", 1024) * 1024L * 1024,
        TimeSpan.FromSeconds(options.Number("settle-s", 2, min: 0)));
    options.RefuseOthers();
    var fleet = new DevopsFleet(plan.Series, plan.Tags);
    report.Add("first timestamp", plan.StartMs, "ms");
    return new HttpLoad(plan, format(fleet), fleet, how).Run(server, report);
}

static int Memory(CommandLine options, ServerProcess? server, Report report)
{
    options.RefuseOthers();
    report.Add("server RSS", (server ?? throw new UsageException("Write --pid or --port.")).ResidentBytes() / 1048576.0, "MiB");
    return 0;
}

static ServerProcess? FindServer(CommandLine options)
{
    var port = options.Number("port");
    if (options.Number("pid") is { } pid)
    {
        return new ServerProcess((int)pid);
    }

    return port is null ? null : ServerProcess.ListeningOn((int)port)
        ?? throw new UsageException($"--port {port}: no process of yours listens there.");
}

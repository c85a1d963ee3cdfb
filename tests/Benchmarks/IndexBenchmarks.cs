using BenchmarkDotNet.Attributes;
using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Benchmarks;

/// <summary>100 k series in the shape of the TSBS cpu-only set (10 metrics a host, 10 tags) over 16 shards: each selection asks all shards.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class IndexBenchmarks
{
    public const int Hosts = 10_000;
    public const int Shards = 16;

    private static readonly string[] Fields =
        ["user", "system", "idle", "nice", "iowait", "irq", "softirq", "steal", "guest", "guest_nice"];

    private static readonly string[] Regions =
        ["us-east-1", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"];

    private readonly List<int> _result = [];
    private SeriesKey[] _series = [];
    private TagIndex[] _indexes = [];

    public static SeriesKey[] TsbsSeries(int hosts)
    {
        var random = new Random(42);
        var series = new List<SeriesKey>(hosts * Fields.Length);
        for (var host = 0; host < hosts; host++)
        {
            var region = Regions[random.Next(Regions.Length)];
            string[] tags =
            [
                "arch", random.Next(2) == 0 ? "x64" : "x86", "datacenter", $"{region}{(char)('a' + random.Next(3))}", "hostname", $"host_{host}",
                "os", $"Ubuntu{15 + random.Next(2)}.10", "rack", $"{random.Next(100)}", "region", region, "service", $"{random.Next(20)}",
                "service_environment", random.Next(2) == 0 ? "production" : "staging", "service_version", $"{random.Next(2)}",
                "team", $"team-{random.Next(4)}",
            ];
            foreach (var field in Fields)
            {
                series.Add(SeriesKey.Create($"cpu_usage_{field}", [.. Enumerable.Range(0, 10).Select(i => new Tag(tags[2 * i], tags[(2 * i) + 1]))]));
            }
        }

        return [.. series];
    }

    public static TagIndex[] Build(SeriesKey[] series)
    {
        var symbols = new SymbolTable();
        TagIndex[] indexes = [.. Enumerable.Range(0, Shards).Select(_ => new TagIndex(symbols))];
        foreach (var key in series)
        {
            indexes[key.Id.Shard(Shards)].Add(key);
        }

        return indexes;
    }

    [GlobalSetup]
    public void Setup()
    {
        _series = TsbsSeries(Hosts);
        _ = Build(_series);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        _indexes = Build(_series);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine($"// {_series.Length} series, {bytes / _series.Length} B a series");
    }

    [Benchmark(Description = "add 100 k series")]
    public TagIndex[] Add() => Build(_series);

    [Benchmark(Description = "metric & region (~1.1 k)")]
    public int MetricAndRegion() => Select("cpu_usage_user", TagMatcher.Equal("region", "eu-west-1"));

    [Benchmark(Description = "one series")]
    public int OneSeries() => Select("cpu_usage_user", TagMatcher.Equal("hostname", "host_4711"));

    [Benchmark(Description = "region & service & team, any metric (190)")]
    public int ThreeTags() =>
        Select(null, TagMatcher.Equal("region", "eu-west-1"), TagMatcher.Equal("service", "7"), TagMatcher.Equal("team", "team-1"));

    [Benchmark(Description = "metric & hostname prefix (1.1 k)")]
    public int Prefix() => Select("cpu_usage_user", TagMatcher.Regex("hostname", "host_1.*"));

    [Benchmark(Description = "metric & hostname expression (1 k)")]
    public int Expression() => Select("cpu_usage_user", TagMatcher.Regex("hostname", "host_[0-9]*7"));

    [Benchmark(Description = "hostname expression, any metric (300)")]
    public int BroadExpression() => Select(null, TagMatcher.Regex("hostname", "host_4[0-9]1[23]?"));

    [Benchmark(Description = "all hostnames")]
    public int ListHostnames()
    {
        var values = new HashSet<int>();
        foreach (var index in _indexes)
        {
            index.ListTagValues("hostname", CompiledSelector.All, values);
        }

        return _indexes[0].Symbols.InOrder(values, 1000).Count;
    }

    [Benchmark(Description = "series back from 1.1 k ordinals")]
    public int Keys()
    {
        var tags = 0;
        CompiledSelector.TryCompile(new SeriesSelector("cpu_usage_user", [TagMatcher.Equal("region", "eu-west-1")]), out var selector, out _);
        foreach (var index in _indexes)
        {
            _result.Clear();
            index.Select(selector!, _result);
            foreach (var ordinal in _result)
            {
                tags += index.KeyOf(ordinal).Tags.Count;
            }
        }

        return tags;
    }

    private int Select(string? metric, params TagMatcher[] matchers)
    {
        if (!CompiledSelector.TryCompile(new SeriesSelector(metric, matchers), out var selector, out var problem))
        {
            throw new InvalidOperationException($"{problem.Field} {problem.Reason}");
        }

        _result.Clear();
        foreach (var index in _indexes)
        {
            index.Select(selector, _result);
        }

        return _result.Count;
    }
}

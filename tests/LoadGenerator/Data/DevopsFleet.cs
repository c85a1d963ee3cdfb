using System.Globalization;

namespace Metrics.LoadGenerator.Data;

/// <summary>
/// Hosts of the TSBS devops cpu-only case: ten fields a host unless told otherwise, ten tags a host. Series s is field s % 10 of host
/// s / 10. The same seed gives the same hosts and the same values.
/// </summary>
internal sealed class DevopsFleet
{
    public static readonly string[] Metrics =
    [
        "cpu_usage_user", "cpu_usage_system", "cpu_usage_idle", "cpu_usage_nice", "cpu_usage_iowait",
        "cpu_usage_irq", "cpu_usage_softirq", "cpu_usage_steal", "cpu_usage_guest", "cpu_usage_guest_nice",
    ];

    private static readonly string[] Regions =
    [
        "us-east-1", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1",
    ];

    private static readonly string[] Systems = ["Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10"];
    private static readonly string[] Architectures = ["x64", "x86"];
    private static readonly string[] Teams = ["SF", "NYC", "LON", "CHI"];
    private static readonly string[] Environments = ["production", "staging", "test"];

    private readonly Random _random;
    private readonly ISampleSource _samples;

    /// <param name="series">Number of series.</param>
    /// <param name="tags">Tags a host, 1 to 10: the first ones in TSBS' order.</param>
    /// <param name="seed">Of the values and tags.</param>
    /// <param name="samples">Values and times; null for <see cref="IntegerSteps"/>.</param>
    /// <param name="fields">Fields a host: the first ones in TSBS' order.</param>
    public DevopsFleet(int series, int tags = 10, int seed = 123, ISampleSource? samples = null, int fields = 10)
    {
        _random = new Random(seed);
        Series = series;
        Fields = fields;
        Tags = [.. Enumerable.Range(0, (series + fields - 1) / fields).Select(host => MakeTags(host, tags))];
        _samples = samples ?? new IntegerSteps(series, _random);
    }

    public int Series { get; }

    /// <summary>The tags of each host, sorted by key.</summary>
    public (string Key, string Value)[][] Tags { get; }

    /// <summary>Fields a host.</summary>
    public int Fields { get; }

    public string MetricOf(int series) => Metrics[series % Fields];

    /// <summary>The next sample of a series, due at a time.</summary>
    public GeneratedSample Next(int series, long nominalMs) => _samples.Next(series, nominalMs);

    private (string Key, string Value)[] MakeTags(int host, int count)
    {
        var region = Pick(Regions);
        (string Key, string Value)[] all =
        [
            ("hostname", string.Create(CultureInfo.InvariantCulture, $"host_{host}")),
            ("region", region),
            ("datacenter", region + Pick(["a", "b", "c"])),
            ("rack", Number(100)),
            ("os", Pick(Systems)),
            ("arch", Pick(Architectures)),
            ("team", Pick(Teams)),
            ("service", Number(20)),
            ("service_version", Number(2)),
            ("service_environment", Pick(Environments)),
        ];
        return [.. all.Take(count).OrderBy(static tag => tag.Key, StringComparer.Ordinal)];
    }

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];

    private string Number(int limit) => _random.Next(limit).ToString(CultureInfo.InvariantCulture);
}

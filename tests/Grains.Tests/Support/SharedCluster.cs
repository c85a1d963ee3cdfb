using Metrics.Grains.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace Metrics.Grains.Tests.Support;

/// <summary>Two silos for all tests that leave the membership alone; each test has metrics of its own.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    /// <summary>Its tests run one after the other: one of them uses up a silo's places for queries.</summary>
    public const string Collection = "shared cluster";

    /// <summary>Series of one metric that a silo takes.</summary>
    public const int MaxSeriesPerMetric = 60;

    /// <summary>Queries that a silo evaluates at once.</summary>
    public const int MaxConcurrent = 8;

    private MetricsCluster? _cluster;

    public MetricsCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster is not started.");

    public async ValueTask InitializeAsync() => _cluster = await MetricsCluster.StartAsync(
        2,
        ("Metrics:Cardinality:MaxSeriesPerMetric", $"{MaxSeriesPerMetric}"),
        ("Metrics:Query:MaxConcurrentPerSilo", $"{MaxConcurrent}"),
        ("Metrics:Query:MaxSeries", "1000"),
        ("Metrics:Query:MaxPoints", "20000"),
        ("Metrics:Query:Timeout", "00:05:00"));

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}

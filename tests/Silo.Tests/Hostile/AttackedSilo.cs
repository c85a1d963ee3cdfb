using System.Globalization;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Hostile;

/// <summary>One server that all attacks are made on, one after the other; it has to last.</summary>
public sealed class AttackedSilo : IAsyncLifetime
{
    public const int MaxSeriesPerMetric = 20_000;

    /// <summary>More than this process needs for all of it, and much less than what the attacks ask for.</summary>
    private const long MaxResidentBytes = 1_500_000_000;

    public int TcpPort { get; } = FreePorts.Take();

    public SiloProcess Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Silo = new SiloProcess(
            null,
            "--Metrics:StatsD:TcpEnabled=true",
            $"--Metrics:StatsD:TcpPort={TcpPort}",
            $"--Metrics:Cardinality:MaxSeriesPerMetric={MaxSeriesPerMetric.ToString(CultureInfo.InvariantCulture)}");
        await Silo.Start();
    }

    /// <summary>It runs, and has never held more memory than is reasonable.</summary>
    public void AssertBounded()
    {
        Assert.False(Silo.Process.HasExited, Silo.Process.Errors);
        var peak = Silo.Process.ResidentBytes.Peak;
        TestContext.Current.TestOutputHelper?.WriteLine($"peak memory {peak / 1_000_000} MB");
        Assert.True(peak < MaxResidentBytes, $"It held {peak} bytes.\n{Silo.Process.Output}");
    }

    public ValueTask DisposeAsync() => Silo.DisposeAsync();
}

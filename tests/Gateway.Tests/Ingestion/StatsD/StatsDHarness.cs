using System.Text;
using Metrics.Gateway.Ingestion;
using Metrics.Gateway.Ingestion.StatsD;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Gateway.Tests.Ingestion.StatsD;

/// <summary>The aggregator and the flusher without sockets.</summary>
internal sealed class StatsDHarness : IDisposable
{
    private readonly StatsDFlusher _flusher;

    public StatsDHarness(Action<StatsDOptions>? configure = null)
    {
        var options = new StatsDOptions();
        configure?.Invoke(options);
        Aggregator = new StatsDAggregator(Options.Create(options), Options.Create(new IngestOptions()), Time);
        _flusher = new StatsDFlusher(Aggregator, Writer, Time, NullLogger<StatsDFlusher>.Instance);
    }

    public FakeTimeProvider Time { get; } = new(IngestionHost.Start);

    public FakeSampleWriter Writer { get; } = new();

    public StatsDAggregator Aggregator { get; }

    public StatsDCounts Counts => Aggregator.Snapshot().Counts;

    public string? LastProblem => Aggregator.Snapshot().BadLines is [var newest, ..] ? newest.Reason : null;

    public FieldProblemText LastRefusal => new(_flusher.LastRefusal?.Field, _flusher.LastRefusal?.Reason);

    public void Add(params string[] packets)
    {
        foreach (var packet in packets)
        {
            Aggregator.AddPacket(Encoding.UTF8.GetBytes(packet));
        }
    }

    /// <summary>What one flush writes.</summary>
    public async Task<IReadOnlyList<FakeSampleWriter.WrittenPoint>> FlushAsync()
    {
        var before = Writer.Points.Count;
        await _flusher.FlushAsync(TestContext.Current.CancellationToken);
        return [.. Writer.Points.Skip(before)];
    }

    /// <summary>The value of the only point that one flush writes.</summary>
    public async Task<double> FlushOneAsync() => Assert.Single(await FlushAsync()).Value;

    public void Dispose() => _flusher.Dispose();

    internal readonly record struct FieldProblemText(string? Field, string? Reason);
}

using Metrics.Core.Query;
using Metrics.Dashboard.Units;

namespace Metrics.Dashboard.Tests.Units;

public sealed class UnitFormatTests
{
    [Theory]
    [InlineData(0, Unit.Number, "0")]
    [InlineData(999.6, Unit.Number, "1 k")]
    [InlineData(512_345, Unit.PerSecond, "512 k/s")]
    [InlineData(1536, Unit.Bytes, "1.5 KiB")]
    [InlineData(1023.9, Unit.Bytes, "1 KiB")]
    [InlineData(-2048, Unit.BytesPerSecond, "-2 KiB/s")]
    [InlineData(42.26, Unit.Percent, "42.3 %")]
    [InlineData(100, Unit.Percent, "100 %")]
    [InlineData(0.25, Unit.Milliseconds, "250 µs")]
    [InlineData(1500, Unit.Milliseconds, "1.5 s")]
    [InlineData(7200, Unit.Seconds, "2 h")]
    [InlineData(double.NaN, Unit.Bytes, "–")]
    [InlineData(double.PositiveInfinity, Unit.Number, "–")]
    public void Writes_three_digits_and_a_prefix(double value, Unit unit, string text) => Assert.Equal(text, UnitFormat.Format(value, unit));

    [Theory]
    [InlineData("host.cpu.utilization", AggregationKind.Avg, Unit.Percent)]
    [InlineData("host.memory.used_bytes", AggregationKind.Max, Unit.Bytes)]
    [InlineData("host.network.receive_bytes_per_second", AggregationKind.Avg, Unit.BytesPerSecond)]
    [InlineData("node_network_receive_bytes_total", AggregationKind.Rate, Unit.BytesPerSecond)]
    [InlineData("http_requests_total", AggregationKind.Rate, Unit.PerSecond)]
    [InlineData("metrics.query.p99_ms", AggregationKind.Last, Unit.Milliseconds)]
    [InlineData("host.memory.used_bytes", AggregationKind.Count, Unit.Number)]
    [InlineData("queue.depth", AggregationKind.Avg, Unit.Number)]
    public void Guesses_the_unit_from_the_name(string metric, AggregationKind aggregation, Unit unit) =>
        Assert.Equal(unit, UnitGuess.For(metric, aggregation));
}

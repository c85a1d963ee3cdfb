using System.Diagnostics.Metrics;
using Metrics.Core.Diagnostics;
using Metrics.Core.Ingestion;
using Metrics.Silo.SelfMonitoring;
using Metrics.Silo.SelfMonitoring.Instruments;

namespace Metrics.Silo.Tests.SelfMonitoring;

public sealed class InstrumentReaderTests : IDisposable
{
    private static readonly InstrumentMapping[] Table =
    [
        new("test", "counted", "counted", InstrumentReading.PerSecond),
        new("test", "fractions", "fractions", InstrumentReading.PerSecond),
        new("test", "observed", "observed", InstrumentReading.PerSecond),
        new("test", "level", "level", InstrumentReading.Value),
        new("test", "set", "set", InstrumentReading.Value),
        new("test", "up_down", "up_down", InstrumentReading.Value),
        new("test", "time", "time_rate", InstrumentReading.PerSecond),
        new("test", "time", "time_p99", InstrumentReading.P99, 1000),
        new("test", "absent", "absent", InstrumentReading.Value),
        new("test", "first_part", "whole", InstrumentReading.Value),
        new("test", "second_part", "whole", InstrumentReading.Value, 10),
    ];

    private readonly object _scope = new();
    private readonly Meter _meter;
    private readonly InstrumentReader _reader;
    private bool _first = true;

    public InstrumentReaderTests()
    {
        _meter = new Meter("test", null, null, _scope);
        _reader = new InstrumentReader(Table, _scope);
    }

    [Fact]
    public void Counters_are_rates_over_all_their_tags()
    {
        var counted = _meter.CreateCounter<long>("counted");
        var fractions = _meter.CreateCounter<double>("fractions");
        counted.Add(100);
        Assert.Empty(Read());

        counted.Add(6, new KeyValuePair<string, object?>("reason", "a"));
        counted.Add(4, new KeyValuePair<string, object?>("reason", "b"));
        fractions.Add(0.5);

        Assert.Equal(new() { ["counted"] = 5, ["fractions"] = 0.25 }, Read(seconds: 2));
        Assert.Equal(0, Read()["counted"]);
    }

    [Fact]
    public void Observable_counters_are_rates_and_gauges_are_values()
    {
        var total = 1000L;
        _meter.CreateObservableCounter("observed", () => total);
        _meter.CreateObservableGauge("level", () => new Measurement<int>[] { new(3), new(4) });
        var set = _meter.CreateGauge<double>("set");
        var upDown = _meter.CreateUpDownCounter<int>("up_down");
        Read();

        total += 30;
        set.Record(1.5);
        set.Record(2.5);
        upDown.Add(5);
        upDown.Add(-2);

        Assert.Equal(new() { ["observed"] = 30, ["level"] = 7, ["set"] = 2.5, ["up_down"] = 3 }, Read());
        Assert.Equal(7, Read()["level"]);
    }

    [Fact]
    public void Histograms_give_their_99th_percentile_over_ten_ticks_and_nothing_when_idle()
    {
        var time = _meter.CreateHistogram<double>("time");
        Read();
        for (var i = 1; i <= 1000; i++)
        {
            time.Record(i / 1000.0);
        }

        var figures = Read();
        Assert.Equal(1000, figures["time_rate"]);
        Assert.InRange(figures["time_p99"], 970, 1010);

        for (var i = 0; i < 9; i++)
        {
            Assert.InRange(Read()["time_p99"], 970, 1010);
        }

        Assert.Equal(new() { ["time_rate"] = 0 }, Read());
    }

    [Fact]
    public void Rows_of_one_metric_are_added_up()
    {
        _meter.CreateObservableGauge("first_part", () => 3);
        _meter.CreateObservableGauge("second_part", () => 4);

        Assert.Equal(new() { ["whole"] = 43 }, Read());
    }

    [Fact]
    public void A_gauge_that_observes_nothing_is_left_out_rather_than_zero()
    {
        Measurement<long>[] observations = [new(5)];
        _meter.CreateObservableGauge("level", () => observations);
        Assert.Equal(new() { ["level"] = 5 }, Read());

        observations = [];

        Assert.Empty(Read());
    }

    [Fact]
    public void An_observable_counter_that_comes_late_or_pauses_gives_no_rate_over_what_it_counted_before()
    {
        Read();
        Measurement<long>[] observations = [new(1_000_000)];
        _meter.CreateObservableCounter("observed", () => observations);
        Assert.Empty(Read());

        observations = [];
        Assert.Empty(Read());
        observations = [new(1_000_100)];
        Assert.Empty(Read());
        observations = [new(1_000_130)];
        Assert.Equal(new() { ["observed"] = 30 }, Read());
    }

    [Fact]
    public void Meters_of_another_server_in_the_process_do_not_count()
    {
        using var other = new Meter("test", null, null, new object());
        var ours = _meter.CreateCounter<long>("counted");
        var theirs = other.CreateCounter<long>("counted");
        Read();

        ours.Add(1);
        theirs.Add(1000);

        Assert.Equal(1, Read()["counted"]);
    }

    [Fact]
    public async Task Adds_from_many_threads_are_all_counted()
    {
        var counted = _meter.CreateCounter<long>("counted");
        var fractions = _meter.CreateCounter<double>("fractions");
        var time = _meter.CreateHistogram<double>("time");
        Read();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            () =>
            {
                for (var i = 0; i < 10_000; i++)
                {
                    counted.Add(1);
                    fractions.Add(0.5);
                    time.Record(0.25);
                }
            },
            TestContext.Current.CancellationToken)));

        var figures = Read();
        Assert.Equal((40_000, 20_000, 40_000), (figures["counted"], figures["fractions"], figures["time_rate"]));
        Assert.InRange(figures["time_p99"], 245, 260);
    }

    [Theory]
    [InlineData(1e-9)]
    [InlineData(0.0123)]
    [InlineData(1)]
    [InlineData(29.9)]
    public void A_histogram_is_within_two_percent_of_a_single_value(double value)
    {
        var histogram = new LogHistogram();
        histogram.Record(value);
        histogram.Turn();

        Assert.InRange(histogram.Quantile(0.99), value * 0.98, value * 1.02);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e300)]
    public void A_histogram_takes_any_value(double value)
    {
        var histogram = new LogHistogram();
        histogram.Record(value);
        histogram.Turn();

        Assert.Equal(1, histogram.Count);
        Assert.True(double.IsFinite(histogram.Quantile(0.99)));
    }

    [Fact]
    public void The_engines_instruments_are_in_the_servers_table()
    {
        using var reader = new InstrumentReader(ServerMetrics.Table);
        using var engine = new EngineInstruments();
        engine.Observe(new EngineFigures(() => 12, () => 345, () => 678, () => 9));
        var figures = new Dictionary<string, double>();
        void Look(double elapsed) => reader.Read(
            new Tick(0, elapsed), (to, metric, figure) => to[reader.Metrics[metric]] = figure, figures);
        Look(0);

        engine.AddSamples(2000);
        engine.AddRejected(AddResult.TooOld, 3);
        engine.AddRejected("malformed", 4);
        engine.RecordQuery(TimeSpan.FromMilliseconds(20));
        Look(1);

        // Other tests in this process may have engines of their own: theirs would only add.
        Assert.True(figures["metrics.ingest.samples_per_second"] >= 2000);
        Assert.True(figures["metrics.ingest.rejected_per_second"] >= 7);
        Assert.True(figures["metrics.series.live"] >= 12);
        Assert.True(figures["metrics.samples.in_memory"] >= 345);
        Assert.True(figures["metrics.wal.size_bytes"] >= 9);
        Assert.True(figures["metrics.query.per_second"] >= 1);
        Assert.True(figures["metrics.query.p99_ms"] >= 19);
        Assert.Throws<ArgumentOutOfRangeException>(() => engine.AddRejected(AddResult.Added, 1));
    }

    public void Dispose()
    {
        _reader.Dispose();
        _meter.Dispose();
    }

    private Dictionary<string, double> Read(double seconds = 1)
    {
        var figures = new Dictionary<string, double>();
        _reader.Read(new Tick(0, _first ? 0 : seconds), (to, metric, figure) => to[_reader.Metrics[metric]] = figure, figures);
        _first = false;
        return figures;
    }
}

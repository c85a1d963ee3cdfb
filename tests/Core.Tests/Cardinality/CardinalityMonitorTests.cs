using Metrics.Core.Cardinality;
using Metrics.Core.Index;
using Metrics.Core.Model;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Cardinality;

public class CardinalityMonitorTests : ITagIndexSource
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 2, 22, 12, 0, 0, TimeSpan.Zero));
    private readonly List<TagIndex> _indexes = [];
    private readonly CardinalityLimiter _limiter;
    private readonly CardinalityMonitor _monitor;
    private int _asked;

    public CardinalityMonitorTests()
    {
        var symbols = new SymbolTable();
        _indexes.AddRange([new TagIndex(symbols), new TagIndex(symbols)]);
        _limiter = new(Options.Create(new CardinalityOptions { MaxSeries = 15, MaxSeriesPerMetric = 10 }), _time);
        _monitor = new(_limiter, this, _time);
    }

    public IReadOnlyCollection<TagIndex> Indexes
    {
        get
        {
            _asked++;
            return _indexes;
        }
    }

    [Fact]
    public void Names_the_limit_and_the_tag_whose_values_exploded_over_all_shards()
    {
        Explode("http.request.latency", 10);
        Assert.Equal(Admission.TooManySeriesOfMetric, _limiter.TryAdmit(Exploding("http.request.latency", 10)));
        Assert.Equal(
            "metric http.request.latency has 10 series, the most that Metrics:Cardinality:MaxSeriesPerMetric allows; its tag 'user_id' has 10 values",
            _monitor.Describe(Admission.TooManySeriesOfMetric, "http.request.latency"));
    }

    [Fact]
    public void At_the_limit_of_the_process_names_the_largest_metric()
    {
        Explode("big", 9);
        Explode("small", 6);
        Assert.Equal(Admission.TooManySeries, _limiter.TryAdmit("new"));
        Assert.Equal(
            "there are 15 series, the most that Metrics:Cardinality:MaxSeries allows; metric big has 9 of them; its tag 'user_id' has 9 values",
            _monitor.Describe(Admission.TooManySeries, "new"));
    }

    [Fact]
    public void Reports_what_was_refused()
    {
        Explode("big", 10);
        for (var i = 0; i < 1000; i++)
        {
            _limiter.TryAdmit(Exploding("big", 10 + i));
        }

        var report = _monitor.Report();
        Assert.Equal((10, 15, 10, 1000L), (report.Series, report.MaxSeries, report.MaxSeriesPerMetric, report.Refused));
        Assert.Equal([new("big", 10)], report.TopMetrics);
        var refused = Assert.Single(report.RefusedMetrics);
        Assert.Equal(("big", 10, Admission.TooManySeriesOfMetric, 1000L), (refused.Metric, refused.Series, refused.Limit, refused.Refused));
        Assert.Equal(_time.GetUtcNow(), refused.LastRefused);
        Assert.Equal([new("user_id", 10), new("region", 2)], refused.Tags);
        Assert.Equal(["u10", "u11", "u12", "u13", "u14"], refused.Examples);
        Assert.Contains("'user_id' has 10 values", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_the_values_once_in_a_few_seconds()
    {
        Explode("big", 10);
        for (var i = 0; i < 100; i++)
        {
            _monitor.Describe(Admission.TooManySeriesOfMetric, "big");
        }

        Assert.Equal(1, _asked);
        _time.Advance(TagCensus.KeepFor);
        _monitor.Describe(Admission.TooManySeriesOfMetric, "big");
        Assert.Equal(2, _asked);
    }

    [Fact]
    public void Has_a_sentence_when_there_are_no_series_to_blame()
    {
        Assert.Equal("there are 0 series, the most that Metrics:Cardinality:MaxSeries allows", _monitor.Describe(Admission.TooManySeries, "new"));
        Assert.Throws<ArgumentException>(() => _monitor.Describe(Admission.Admitted, "new"));
    }

    private static SeriesKey Exploding(string metric, int user) =>
        SeriesKey.Create(metric, new Tag("user_id", $"u{user}"), new Tag("region", user % 2 == 0 ? "eu" : "us"));

    private void Explode(string metric, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(Admission.Admitted, _limiter.TryAdmit(Exploding(metric, i)));
            _indexes[i % 2].Add(Exploding(metric, i));
        }
    }
}

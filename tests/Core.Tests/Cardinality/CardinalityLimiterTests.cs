using Metrics.Core.Cardinality;
using Metrics.Core.Model;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Cardinality;

public class CardinalityLimiterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Admits_up_to_the_limit_of_a_metric_and_leaves_the_others_alone()
    {
        var limiter = Create(maxSeries: 10, maxSeriesPerMetric: 2);
        Assert.Equal(Admission.Admitted, limiter.TryAdmit("a"));
        Assert.Equal(Admission.Admitted, limiter.TryAdmit("a"));
        Assert.Equal(Admission.TooManySeriesOfMetric, limiter.TryAdmit("a"));
        Assert.Equal(Admission.Admitted, limiter.TryAdmit("b"));
        Assert.Equal((3, 2, 1, 1L), (limiter.Series, limiter.SeriesOf("a"), limiter.SeriesOf("b"), limiter.Refused));
    }

    [Fact]
    public void Admits_up_to_the_limit_of_the_process()
    {
        var limiter = Create(maxSeries: 2, maxSeriesPerMetric: 2);
        limiter.TryAdmit("a");
        limiter.TryAdmit("b");
        Assert.Equal(Admission.TooManySeries, limiter.TryAdmit("c"));
        Assert.Equal(0, limiter.SeriesOf("c"));
    }

    [Fact]
    public void A_released_series_makes_room_for_one()
    {
        var limiter = Create(maxSeries: 1, maxSeriesPerMetric: 1);
        limiter.TryAdmit("a");
        limiter.Release("a");
        Assert.Equal(Admission.Admitted, limiter.TryAdmit("b"));
        Assert.Equal(Admission.TooManySeries, limiter.TryAdmit("a"));
    }

    [Fact]
    public void Releasing_what_was_not_admitted_is_an_error()
    {
        var limiter = Create(maxSeries: 1, maxSeriesPerMetric: 1);
        Assert.Throws<InvalidOperationException>(() => limiter.Release("a"));
        Assert.Equal(0, limiter.Series);
    }

    [Fact]
    public void Existing_series_are_counted_even_above_the_limits()
    {
        var limiter = Create(maxSeries: 1, maxSeriesPerMetric: 1);
        limiter.AdmitExisting("a");
        limiter.AdmitExisting("a");
        Assert.Equal(2, limiter.Series);
        limiter.Release("a");
        Assert.Equal(Admission.TooManySeriesOfMetric, limiter.TryAdmit("a"));
    }

    [Fact]
    public void Orders_metrics_by_series()
    {
        var limiter = Create(maxSeries: 100, maxSeriesPerMetric: 100);
        foreach (var metric in new[] { "b", "a", "c", "c" })
        {
            limiter.TryAdmit(metric);
        }

        Assert.Equal([new("c", 2), new("a", 1)], limiter.TopMetrics(2));
    }

    [Fact]
    public void What_is_kept_of_refusals_is_bounded_in_metrics_examples_tags_and_text()
    {
        var limiter = Create(maxSeries: 1, maxSeriesPerMetric: 1);
        limiter.TryAdmit("full");
        var huge = new string('x', 1024);
        var tags = Enumerable.Range(0, 64).Select(i => new Tag($"k{i}", huge)).ToArray();
        for (var metric = 0; metric < 200; metric++)
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(Admission.TooManySeries, limiter.TryAdmit(SeriesKey.Create($"m{metric}", [.. tags, new Tag("n", $"{i}")])));
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        var refusals = limiter.Refusals();
        Assert.Equal(4000, limiter.Refused);
        Assert.Equal(RefusalLog.MaxMetrics, refusals.Count);
        Assert.Equal("m199", refusals[0].Metric);
        Assert.All(refusals, static r => Assert.Equal((20L, RefusalLog.MaxExamples), (r.Count, r.Examples.Count)));
        Assert.All(refusals.SelectMany(static r => r.Examples), static e => Assert.Equal(RefusalLog.MaxExampleTags, e.Count));
        Assert.All(
            refusals.SelectMany(static r => r.Examples).SelectMany(static e => e),
            static t => Assert.Equal(RefusalLog.MaxExampleLength + 1, t.Value.Length));
    }

    [Fact]
    public void Counts_stay_right_when_many_threads_admit_and_release()
    {
        var limiter = Create(maxSeries: 500, maxSeriesPerMetric: 400);
        Parallel.For(0, 4, thread =>
        {
            var random = new Random(thread);
            var mine = new Stack<string>();
            for (var i = 0; i < 20_000; i++)
            {
                var metric = $"m{random.Next(3)}";
                if (random.Next(2) == 0 && limiter.TryAdmit(metric) == Admission.Admitted)
                {
                    mine.Push(metric);
                }
                else if (mine.TryPop(out var admitted))
                {
                    limiter.Release(admitted);
                }

                Assert.InRange(limiter.Series, 0, 500);
            }

            while (mine.TryPop(out var admitted))
            {
                limiter.Release(admitted);
            }
        });

        Assert.Equal(0, limiter.Series);
        Assert.Empty(limiter.TopMetrics(10));
    }

    [Theory]
    [InlineData(0, 1, "Metrics:Cardinality:MaxSeries is 0; set it to a number from 1 to 100000000.")]
    [InlineData(1, -1, "Metrics:Cardinality:MaxSeriesPerMetric is -1; set it to a number from 1 to 100000000.")]
    public void Options_out_of_range_say_what_to_change(int maxSeries, int maxSeriesPerMetric, string message)
    {
        var result = new CardinalityOptionsValidator().Validate(null, new() { MaxSeries = maxSeries, MaxSeriesPerMetric = maxSeriesPerMetric });
        Assert.Equal([message], result.Failures);
    }

    [Fact]
    public void The_default_options_are_valid() =>
        Assert.True(new CardinalityOptionsValidator().Validate(null, new CardinalityOptions()).Succeeded);

    private CardinalityLimiter Create(int maxSeries, int maxSeriesPerMetric) =>
        new(Options.Create(new CardinalityOptions { MaxSeries = maxSeries, MaxSeriesPerMetric = maxSeriesPerMetric }), _time);
}

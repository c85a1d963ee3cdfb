using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Core.Tests.Query;

public class QueryModelTests
{
    private static readonly Gen<QueryPlan> Plans =
        from aggregation in Gen.Elements("avg", "sum", "min", "max", "count", "last", "rate", "increase", "p0", "p50", "p99", "p99.9", "p100")
        from origin in Gen.Elements(0L, -20_000_000L, 1_700_000_000_000L)
        from start in Gen.Choose(-5000, 5000)
        from length in Gen.Choose(1, 20_000)
        from interval in Gen.Elements<long?>(null, 1000L, 7L, 777L, 10_000L, 1_000_000L)
        from groupBy in Gen.Elements<string[]>([], ["region"], ["host"], ["region", "host"], ["nobody"], ["nobody", "region"])
        select QueryHarness.Plan(aggregation, origin + start, origin + start + length, interval, groupBy);

    [Property(MaxTest = 400)]
    public Property Answers_what_the_model_answers_at_once_and_in_parts() => Prop.ForAll(
        Plans.ToArbitrary(),
        Gen.Choose(0, 1 << 24).ToArbitrary(),
        static (plan, seed) =>
        {
            var series = Series(plan, new Random(seed));
            var expected = QueryModel.Evaluate(plan, series);
            QueryHarness.AssertSame(expected, new QueryHarness(series).AskAsync(plan).GetAwaiter().GetResult());
            QueryHarness.AssertSame(expected, new QueryHarness(series).AskInPartsAsync(plan).GetAwaiter().GetResult());
        });

    /// <summary>Values are quarters, so that sums do not depend on their order; infinite ones have one sign in a case.</summary>
    private static List<ModelSeries> Series(QueryPlan plan, Random random)
    {
        var infinity = random.Next(2) == 0 ? double.PositiveInfinity : double.NegativeInfinity;
        var isCounter = plan.Aggregation.Kind is AggregationKind.Rate or AggregationKind.Increase;
        var withInfinity = random.Next(4) == 0 && !isCounter;
        var series = new List<ModelSeries>();
        for (var i = random.Next(10); i >= 0; i--)
        {
            var tags = new List<Tag> { new("number", $"{i}") };
            if (random.Next(4) != 0)
            {
                tags.Add(new Tag("region", $"r{random.Next(2)}"));
            }

            if (random.Next(4) != 0)
            {
                tags.Add(new Tag("host", $"h{random.Next(3)}"));
            }

            double counter = 0;
            var samples = new List<(long, double)>();
            for (var n = random.Next(60); n > 0; n--)
            {
                counter = random.Next(15) == 0 ? random.Next(3) : counter + (random.Next(40) / 4.0);
                samples.Add((plan.FromMs + random.Next(-8000, 25_000), random.Next(12) switch
                {
                    0 => double.NaN,
                    1 when withInfinity => infinity,
                    _ => isCounter ? counter : random.Next(-100, 100) / 4.0,
                }));
            }

            if (isCounter)
            {
                // Mostly ascending in time as well.
                samples = [.. samples.Select(static s => s.Item1).Order().Zip(samples.Select(static s => s.Item2))];
            }

            var distributions = new List<(long, double[])>();
            for (var n = isCounter ? 0 : random.Next(4) - 2; n > 0; n--)
            {
                var at = plan.FromMs + random.Next(-1000, 20_000);
                if (!distributions.Exists(d => d.Item1 == at))
                {
                    distributions.Add((at, [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(-100, 100) / 4.0)]));
                }
            }

            series.Add(new ModelSeries(SeriesKey.Create("m", [.. tags]), samples, distributions));
        }

        return series;
    }
}

using FsCheck.Xunit;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Tests.Maintenance;
using static Metrics.Core.Tests.Maintenance.MaintenanceHarness;

namespace Metrics.Core.Tests.Query;

public class TieredModelTests
{
    private static readonly string[] Aggregations = ["avg", "sum", "min", "max", "count", "last", "rate", "increase"];
    private static readonly long?[] Intervals = [null, null, 60_000, 300_000, 420_000, HourMs, 2 * HourMs, 6 * HourMs, DayMs, 2 * DayMs, 90_000];

    private static readonly SeriesKey[] Keys =
    [
        SeriesKey.Create("m", new Tag("kind", "counter"), new Tag("host", "a")),
        SeriesKey.Create("m", new Tag("kind", "counter"), new Tag("host", "b")),
        SeriesKey.Create("m", new Tag("kind", "gauge"), new Tag("host", "a")),
        SeriesKey.Create("m", new Tag("kind", "gauge"), new Tag("host", "c")),
        SeriesKey.Create("m", new Tag("kind", "steps")),
        SeriesKey.Create("m", new Tag("kind", "timer"), new Tag("host", "b")),
    ];

    [Property(MaxTest = 8)]
    public void Whatever_moved_where_the_answer_is_that_of_all_points(int seed) => RunAsync(seed).GetAwaiter().GetResult();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(1022)]
    [InlineData(1045)]
    [InlineData(3003)]
    [InlineData(11)]
    public Task Histories_that_are_the_same_in_every_run(int seed) => RunAsync(seed);

    [Fact]
    public async Task Late_samples_of_windows_without_a_block_are_in_the_answer_before_they_are_sealed()
    {
        await using var harness = await TieredHarness.OpenAsync();
        await harness.WriteAsync([(Keys[0], StartMs, 1), (Keys[0], StartMs + (5 * HourMs), 2), (Keys[1], StartMs + (9 * HourMs), 3)]);
        harness.Inner.Time.Advance(TimeSpan.FromDays(3));
        await harness.Inner.SettleAsync();

        // Between windows that have blocks, days before all of them, and after them.
        long[] late = [StartMs + (3 * HourMs), StartMs - (4 * DayMs), StartMs + (2 * DayMs)];
        await harness.WriteAsync(late.Select(at => (Keys[0], at, 5.0)));
        foreach (var aggregation in Aggregations)
        {
            foreach (var interval in Intervals)
            {
                await harness.CheckAsync(QueryHarness.Plan(aggregation, StartMs - (5 * DayMs), StartMs + (3 * DayMs), interval));
                foreach (var at in late)
                {
                    await harness.CheckAsync(QueryHarness.Plan(aggregation, at - 1000, at + 1000, interval));
                }
            }
        }
    }

    [Fact]
    public async Task An_increase_is_exact_where_late_samples_and_a_deletion_meet_rows_that_do_not_say_theirs()
    {
        await using var harness = await TieredHarness.OpenAsync();
        var random = new Random(1);
        await harness.WriteAsync(Enumerable.Range(0, 6 * 360).Select(i => (Keys[2], StartMs + (i * 10_000L), random.Next(400) / 4.0)));
        harness.Inner.Time.Advance(TimeSpan.FromDays(3));
        await harness.Inner.SettleAsync();
        await harness.DeleteAsync(new SeriesSelector("m", []), static _ => true, StartMs + HourMs + 1_001_000, StartMs + HourMs + 1_202_000);
        await harness.WriteAsync([(Keys[2], StartMs + (5 * HourMs) + 5, 3)]);
        foreach (var interval in Intervals)
        {
            await harness.CheckAsync(QueryHarness.Plan("increase", StartMs - DayMs, StartMs + (2 * DayMs), interval));
        }
    }

    [Fact]
    public async Task A_chunk_that_memory_has_not_let_go_of_yet_counts_once_beside_a_late_sample()
    {
        await using var harness = await TieredHarness.OpenAsync();
        await harness.WriteAsync(Enumerable.Range(0, 10).Select(i => (Keys[0], StartMs + (i * 1000L), (double)i)));
        harness.Inner.Time.Advance(TimeSpan.FromDays(3));
        Task pass;
        using (harness.Inner.Stores.Lease())
        {
            // Memory lets go of what is sealed only when nobody holds a view from before.
            pass = harness.Inner.Maintenance.RunOnceAsync(Cancellation);
            var shard = Keys[0].Id.Shard(harness.Inner.Engine.Shards.Count);
            for (var tries = 0; harness.Inner.Stores.ViewOf(shard).HotFromMs <= StartMs + DayMs; tries++)
            {
                Assert.True(tries < 3000 && !pass.IsCompleted, "The hot border does not move.");
                await Task.Delay(10, Cancellation);
            }

            await harness.WriteAsync([(Keys[0], StartMs + HourMs, 5)]);
            foreach (var aggregation in Aggregations)
            {
                foreach (var interval in Intervals)
                {
                    await harness.CheckAsync(QueryHarness.Plan(aggregation, StartMs, StartMs + DayMs, interval));
                }
            }
        }

        await pass;
    }

    private static async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        await using var harness = await TieredHarness.OpenAsync();
        var counters = new double[Keys.Length];
        var nowMs = StartMs;
        for (var step = 0; step < 14; step++)
        {
            switch (step < 2 ? 0 : random.Next(8))
            {
                case 0 or 1:
                    var length = random.Next(1, 16) * HourMs;
                    await harness.WriteAsync(InOrder(random, counters, nowMs, nowMs + length));
                    nowMs += length;
                    harness.Inner.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(nowMs));
                    break;
                case 2:
                    await harness.WriteAsync(Late(random, nowMs));
                    break;
                case 6:
                    await harness.WriteAsync(LongAgo(random));
                    break;
                case 3 when random.Next(2) == 0:
                    var host = random.Next(2) == 0 ? "a" : "b";
                    var from = random.NextInt64(StartMs, nowMs);
                    var to = random.NextInt64(from, nowMs) + 1;
                    await harness.DeleteAsync(
                        new SeriesSelector("m", [TagMatcher.Equal("host", host)]), key => key.ValueOf("host") == host, from, to);
                    break;
                case 4:
                    var at = random.NextInt64(StartMs, nowMs);
                    await harness.WriteDistributionAsync(
                        Keys[^1], at, [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(400) / 4.0)]);
                    break;
                case 5:
                    harness.Inner.Time.Advance(TimeSpan.FromMinutes(random.Next(1, 45)));
                    nowMs = harness.Inner.NowMs;
                    await harness.Inner.Maintenance.RunOnceAsync(Cancellation);
                    break;
                default:
                    await harness.Inner.SettleAsync();
                    break;
            }

            Assert.Null(harness.Inner.Problem);
            for (var i = 0; i < 8; i++)
            {
                await harness.CheckAsync(Plan(random, nowMs));
            }
        }
    }

    private static QueryPlan Plan(Random random, long nowMs)
    {
        var interval = Intervals[random.Next(Intervals.Length)];
        long Moment() => random.Next(4) switch
        {
            0 => StartMs + (random.NextInt64((nowMs - StartMs + HourMs) / HourMs) * HourMs),
            1 => StartMs + (random.NextInt64((nowMs - StartMs + DayMs) / DayMs) * DayMs),
            2 => StartMs - random.NextInt64(10 * DayMs),
            _ => random.NextInt64(StartMs - HourMs, nowMs + HourMs),
        };
        var (a, b) = (Moment(), Moment());
        string[] groupBy = random.Next(3) switch { 0 => ["host"], 1 => ["kind", "nobody"], _ => [] };
        var plan = QueryHarness.Plan(Aggregations[random.Next(Aggregations.Length)], Math.Min(a, b), Math.Max(a, b) + 1, interval, groupBy);
        return plan with
        {
            Explain = true,
            Selector = random.Next(3) == 0 ? new SeriesSelector("m", [TagMatcher.Equal("kind", "counter")]) : new SeriesSelector("m", []),
        };
    }

    /// <summary>Values are quarters, so that sums do not depend on their order.</summary>
    private static IEnumerable<(SeriesKey Key, long AtMs, double Value)> InOrder(Random random, double[] counters, long fromMs, long toMs)
    {
        for (var i = 0; i < Keys.Length - 1; i++)
        {
            if (random.Next(6) == 0)
            {
                continue;
            }

            var step = random.Next(20, 900) * 1000L;
            for (var at = fromMs + random.Next(60_000); at < toMs; at += step + random.Next(3000))
            {
                counters[i] = random.Next(200) == 0 ? 0 : counters[i] + (random.Next(20) / 4.0);
                yield return (Keys[i], at, Value(random, i, counters[i]));
            }
        }
    }

    private static IEnumerable<(SeriesKey Key, long AtMs, double Value)> Late(Random random, long nowMs)
    {
        var around = random.NextInt64(StartMs, nowMs);
        return [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => (
            Keys[random.Next(Keys.Length - 1)], Math.Min(nowMs - 1, around + random.Next(3_000_000)), random.Next(400) / 4.0))];
    }

    /// <summary>In windows that have no block yet, and in days that have some.</summary>
    private static IEnumerable<(SeriesKey Key, long AtMs, double Value)> LongAgo(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (
            Keys[random.Next(Keys.Length - 1)], StartMs - random.NextInt64(1, 9 * DayMs), random.Next(400) / 4.0))];

    private static double Value(Random random, int series, double counter) => random.Next(100) switch
    {
        0 => double.NaN,
        _ when series < 2 => counter,
        _ when series == 4 => random.Next(3),
        _ => random.Next(-400, 400) / 4.0,
    };
}

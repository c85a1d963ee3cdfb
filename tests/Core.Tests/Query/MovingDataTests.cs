using Metrics.Core.Catalog;
using Metrics.Core.Maintenance;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Query.Reading;
using Metrics.Core.Tests.Maintenance;
using Microsoft.Extensions.Options;
using static Metrics.Core.Tests.Maintenance.MaintenanceHarness;

namespace Metrics.Core.Tests.Query;

/// <summary>Queries while data is on its way from memory to blocks.</summary>
public class MovingDataTests
{
    private static readonly SeriesKey Key = SeriesKey.Create("m", new Tag("host", "a"));

    [Fact]
    public async Task What_is_in_a_block_and_still_in_memory_counts_once_beside_late_samples()
    {
        await using var harness = await TieredHarness.OpenAsync(new HarnessOptions { Shards = 1 });
        await harness.WriteAsync(Every(MinuteMs, StartMs, StartMs + (4 * HourMs)));
        harness.Inner.Time.Advance(TimeSpan.FromDays(1));
        Task round;
        using (harness.Inner.Stores.Lease())
        {
            // Who reads by this lease keeps what is sealed in memory.
            round = harness.Inner.Maintenance.RunOnceAsync(Cancellation);
            await UntilAsync(() => harness.Inner.Stores.ViewOf(0).HotFromMs > StartMs + (4 * HourMs));
            await harness.WriteAsync([(Key, StartMs + (3 * HourMs) + 1, 7)]);
            await harness.CheckAsync(Plan("count", 4));
            await harness.CheckAsync(Plan("sum", 4, 2 * HourMs));
        }

        await round;
        await harness.CheckAsync(Plan("count", 4));
    }

    [Fact]
    public async Task A_late_sample_is_not_missed_when_the_border_of_memory_moves_past_it_as_the_query_begins()
    {
        await using var harness = await TieredHarness.OpenAsync(new HarnessOptions
        {
            Shards = 1,
            Maintenance = new MaintenanceOptions { LateDelay = TimeSpan.FromDays(1) },
        });
        await harness.WriteAsync(Every(MinuteMs, StartMs, StartMs + DayMs + (2 * HourMs)));
        harness.Inner.Time.SetUtcNow(Start.AddHours(26.25));
        await harness.Inner.SettleAsync();
        Assert.Equal(StartMs + DayMs, harness.Inner.Stores.ViewOf(0).HotFromMs);
        await harness.WriteAsync([(Key, StartMs + DayMs + HourMs + 1, 7)]);

        // The clock is moved while the query runs.
        harness.Limits.Timeout = TimeSpan.FromDays(1);
        var views = new MovingViews(harness.Inner.Stores, async () =>
        {
            harness.Inner.Time.SetUtcNow(Start.AddHours(28.08));
            await harness.Inner.Maintenance.RunOnceAsync(Cancellation);
        });
        var source = new BlockSource(views, harness.Inner.Stores, new BlockReaders(harness.Inner.Stores, Options.Create(new CacheOptions())));
        var evaluator = new QueryEvaluator(Options.Create(harness.Limits), harness.Inner.Engine.Shards[0].Index.Symbols, harness.Inner.Time, source);
        var plan = Plan("count", 26);
        var groups = await evaluator.EvaluateAsync(plan, harness.Inner.Engine.Shards, Cancellation);

        Assert.Equal(StartMs + DayMs + (2 * HourMs), harness.Inner.Stores.ViewOf(0).HotFromMs);
        Assert.Equal((26 * 60) + 1, Assert.Single(QueryModel.Flatten(plan, groups.Finish([]))).Value);
    }

    private static QueryPlan Plan(string aggregation, int hours, long? intervalMs = null) =>
        QueryHarness.Plan(aggregation, StartMs, StartMs + (hours * HourMs), intervalMs) with { Selector = new SeriesSelector("m", []) };

    private static IEnumerable<(SeriesKey Key, long AtMs, double Value)> Every(long stepMs, long fromMs, long toMs)
    {
        for (var at = fromMs; at < toMs; at += stepMs)
        {
            yield return (Key, at, at / stepMs % 10);
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    /// <summary>Lets something happen between the first two looks of a query.</summary>
    private sealed class MovingViews(IShardViews views, Func<Task> between) : IShardViews
    {
        private int _leases;

        public IViewLease Lease()
        {
            if (++_leases == 2)
            {
                between().GetAwaiter().GetResult();
            }

            return views.Lease();
        }
    }
}

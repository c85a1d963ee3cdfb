using Metrics.Core.Blocks;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Query.Reading;
using Metrics.Core.Tests.Maintenance;
using Microsoft.Extensions.Logging.Abstractions;
using static Metrics.Core.Tests.Maintenance.MaintenanceHarness;

namespace Metrics.Core.Tests.Query;

public class TieredPartialTests
{
    private static readonly SeriesKey Key = SeriesKey.Create("m", new Tag("host", "a"));

    [Fact]
    public async Task A_damaged_block_leaves_the_answer_partial_and_the_rest_of_it_right()
    {
        await using var harness = await WithDaysAsync(1);
        var all = harness.Inner.Objects.Objects.All;
        var plan = QueryHarness.Plan("count", StartMs, StartMs + DayMs, HourMs) with { Selector = new("m", []), Explain = true };
        var whole = await harness.AskAsync(plan);
        Assert.All(whole.Explain!.Parts.Where(static p => p.Tier != BlockTier.Hot), static p => Assert.Equal(Resolution.Hour, p.Resolution));
        var hours = harness.Inner.Maintenance.Works.SelectMany(static w => w.Store.Catalog.Blocks).First(static b => b.Resolution == Resolution.Hour);
        all[hours.Name] = (new byte[all[hours.Name].Content.Length], all[hours.Name].Version);

        var result = await new TieredHarness(harness.Inner).AskAsync(plan);
        Assert.True(result.Partial);
        Assert.Contains(hours.Name, Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.InRange(result.Groups.Sum(static g => g.Values.Sum()), 1, whole.Groups[0].Values.Sum() - 1);
    }

    [Fact]
    public async Task Explain_counts_every_sample_and_row_of_the_range_once()
    {
        await using var harness = await WithDaysAsync(2);
        var plan = QueryHarness.Plan("p50", StartMs + 90_500, harness.Inner.NowMs, HourMs) with { Selector = new("m", []), Explain = true };
        var parts = (await harness.AskAsync(plan)).Explain!.Parts;
        Assert.Equal(plan.FromMs, parts.Min(static p => p.FromMs));
        Assert.Equal(plan.ToMs, parts.Max(static p => p.ToMs));
        Assert.All(parts.Zip(parts.Skip(1)), static p => Assert.Equal(p.First.ToMs, p.Second.FromMs));
        Assert.Contains(parts, static p => p is { Resolution: Resolution.Hour, Rows: > 0, Samples: 0, Blocks: > 0, Bytes: > 0, Series: 1 });
        Assert.Contains(parts, static p => p is { Tier: BlockTier.Hot, Samples: > 0, Blocks: 0, Bytes: 0 });
    }

    [Fact]
    public async Task Retention_clamps_reads_at_once_and_what_is_left_answers()
    {
        await using var inner = await WithDaysAsync(3);
        await inner.Inner.Policies.SetAsync(
            [new RetentionPolicy("short", "m", [], TimeSpan.FromHours(6), TimeSpan.FromHours(6), TimeSpan.FromDays(2), null)], Cancellation);
        var harness = new TieredHarness(inner.Inner, inner.Inner.Policies);
        var now = harness.Inner.NowMs;
        var plan = QueryHarness.Plan("count", StartMs, now, 60_000) with { Selector = new("m", []), Explain = true };
        var result = await harness.AskAsync(plan);
        Assert.False(result.Partial);
        Assert.NotEmpty(result.Warnings);
        Assert.All(result.Explain!.Parts, p => Assert.True(p.Resolution != Resolution.Raw || p.FromMs >= now - (6 * HourMs)));
        Assert.Contains(result.Explain.Parts, static p => p.Resolution == Resolution.Hour);

        // Rows of a day go on where those of hours end, and nothing counts twice.
        Assert.Equal(inner.Model[0].Samples.Count(s => s.AtMs < now), result.Groups[0].Values.Sum());
    }

    /// <summary>The row of a day stands for all of it, and minutes may be kept from an hour of it on that had no data.</summary>
    [Theory]
    [InlineData("count")]
    [InlineData("sum")]
    public async Task Minutes_are_read_on_the_day_that_their_retention_ends_in(string aggregation)
    {
        await using var inner = await TieredHarness.OpenAsync();
        await inner.WriteAsync(Enumerable.Range(0, 12 * 60).Select(i => (Key, StartMs + (18 * HourMs) + (i * 60_000L), (double)(i % 7))));
        inner.Inner.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(StartMs + (36 * HourMs)));
        await inner.Inner.SettleAsync();
        await inner.Inner.Policies.SetAsync(
            [new RetentionPolicy("short", "m", [], TimeSpan.FromHours(9), TimeSpan.FromDays(1), TimeSpan.FromDays(5), null)], Cancellation);
        var harness = new TieredHarness(inner.Inner, inner.Inner.Policies);
        var plan = QueryHarness.Plan(aggregation, StartMs, harness.Inner.NowMs, 60_000) with { Selector = new("m", []), Explain = true };
        var result = await harness.AskAsync(plan);
        Assert.Empty(result.Warnings);
        Assert.Equal(12 * 60, result.Groups[0].Values.Count);
        Assert.Contains(result.Explain!.Parts, static p => p.Resolution == Resolution.Minute);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Series_of_which_all_is_deleted_are_not_listed(bool sealedBefore)
    {
        await using var harness = await WithDaysAsync(1);
        if (sealedBefore)
        {
            harness.Inner.Time.Advance(TimeSpan.FromDays(3));
            await harness.Inner.SettleAsync();
        }

        await harness.DeleteAsync(new("m", []), static _ => true, long.MinValue, long.MaxValue);
        var shards = harness.Inner.Engine.Shards;
        var listing = new SeriesListing(shards[0].Index.Symbols, harness.Inner.Time, NullLogger<SeriesListing>.Instance, harness.Source);
        Assert.Empty(await listing.ListMetricsAsync(SeriesSelector.All, 10, shards, Cancellation));
        Assert.Empty(await listing.ListTagKeysAsync(SeriesSelector.All, 10, shards, Cancellation));
        Assert.Empty(await listing.ListTagValuesAsync("host", new("m", []), 10, shards, Cancellation));
        await listing.FindSeriesAsync(new("m", []), shards, static key => Assert.Fail($"{key} is listed"), Cancellation);
        await harness.WriteAsync([(Key, harness.Inner.NowMs - 1, 1)]);
        Assert.Equal(["m"], await listing.ListMetricsAsync(SeriesSelector.All, 10, shards, Cancellation));
    }

    [Fact]
    public async Task Series_that_only_blocks_have_are_listed_and_read()
    {
        await using var harness = await WithDaysAsync(1);
        harness.Inner.Time.Advance(TimeSpan.FromDays(3));
        await harness.Inner.SettleAsync();
        await harness.Inner.SettleAsync();
        var shards = harness.Inner.Engine.Shards;
        var listing = new SeriesListing(shards[0].Index.Symbols, harness.Inner.Time, NullLogger<SeriesListing>.Instance, harness.Source);
        Assert.Equal(["m"], await listing.ListMetricsAsync(SeriesSelector.All, 10, shards, Cancellation));
        Assert.Equal(["host"], await listing.ListTagKeysAsync(SeriesSelector.All, 10, shards, Cancellation));
        Assert.Equal(["a"], await listing.ListTagValuesAsync("host", new("m", []), 10, shards, Cancellation));
        Assert.Empty(await listing.ListTagValuesAsync("host", new("other", []), 10, shards, Cancellation));
        var found = new List<SeriesKey>();
        await listing.FindSeriesAsync(new("m", []), shards, found.Add, Cancellation);
        Assert.Equal([Key], found);

        var points = new SeriesPoints(harness.Inner.Time, harness.Source);
        var shard = shards[Key.Id.Shard(shards.Count)];
        var samples = await points.ReadAsync(Key.Id, shard, StartMs + 1, StartMs + (5 * HourMs), harness.Limits, Cancellation);
        Assert.Equal(
            harness.Model[0].Samples.Where(static s => s.AtMs > StartMs && s.AtMs < StartMs + (5 * HourMs)),
            samples.Select(static s => (s.TimestampMs, s.Value)));
        Assert.Equal(Key, await points.FindKeyAsync(Key.Id, shard, Cancellation));
    }

    [Theory]
    [InlineData("p50")]
    [InlineData("p95")]
    [InlineData("p99")]
    public async Task Percentiles_from_rollups_are_within_a_percent(string aggregation)
    {
        await using var harness = await WithDaysAsync(2);
        foreach (var interval in new long?[] { HourMs, 6 * HourMs, DayMs, null })
        {
            await harness.CheckAsync(
                QueryHarness.Plan(aggregation, StartMs, StartMs + (2 * DayMs), interval) with { Selector = new("m", []), Explain = true }, 0.01);
        }
    }

    /// <summary>A sample every ten seconds, like latencies, settled.</summary>
    private static async Task<TieredHarness> WithDaysAsync(int days)
    {
        var harness = await TieredHarness.OpenAsync();
        var random = new Random(days);
        for (var hour = 0; hour < days * 24; hour++)
        {
            var from = StartMs + (hour * HourMs);
            await harness.WriteAsync(Enumerable.Range(0, 360).Select(i => (Key, from + (i * 10_000L), Math.Exp(2 + random.NextDouble() + random.NextDouble()))));
            harness.Inner.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(from + HourMs));
        }

        harness.Inner.Time.Advance(TimeSpan.FromMinutes(20));
        await harness.Inner.SettleAsync();
        Assert.Null(harness.Inner.Problem);
        return harness;
    }
}

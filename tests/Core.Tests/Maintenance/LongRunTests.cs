using Metrics.Core.Blocks;
using Metrics.Core.Maintenance;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Model;
using Metrics.Core.Tests.Files;
using static Metrics.Core.Tests.Maintenance.MaintenanceHarness;

namespace Metrics.Core.Tests.Maintenance;

public sealed class LongRunTests
{
    [Fact]
    public async Task After_years_what_is_readable_is_what_retention_says()
    {
        var options = new HarnessOptions
        {
            Shards = 1,
            Retention = new RetentionOptions
            {
                Policies = [new RetentionPolicySettings { Name = "short", Metric = "m*", Tags = { ["number"] = "~1" }, Raw = TimeSpan.FromDays(20) }],
            },
        };
        await using var harness = await OpenAsync(new FaultyFileSystem(), options: options);
        SeriesKey[] keys = [SeriesKey.Create("kept", new Tag("number", "0")), SeriesKey.Create("m1", new Tag("number", "1"))];
        var model = new PointModel();
        for (var day = 0; day < 1_150; day++)
        {
            var points = new List<(SeriesKey Key, long AtMs, double Value)>();
            for (var hour = 1; hour < 24; hour += 12)
            {
                points.AddRange(keys.Select(k => (k, StartMs + (day * DayMs) + (hour * HourMs), (double)((day * 7) + hour))));
            }

            await harness.WriteAsync(points);
            points.ForEach(p => model.Points[(p.Key.ToString(), p.AtMs)] = p.Value);
            harness.Time.Advance(TimeSpan.FromDays(1));
            await harness.Maintenance.RunOnceAsync(Cancellation);
            await harness.Stores.FlushAsync(Cancellation);
            if (day % 230 == 229)
            {
                await harness.SettleAsync();
                await CheckAsync(harness, model, keys);
            }
        }

        var blocks = harness.Maintenance.Works[0].Store.Catalog.Blocks;
        Assert.InRange(blocks.Count(static b => b.Resolution == Resolution.Raw), 300, 400);
        Assert.InRange(blocks.Count(static b => b.Resolution is Resolution.Hour or Resolution.Day), 20, 150);
        Assert.InRange(harness.Objects.Objects.All.Count, blocks.Count, blocks.Count + 20);
        Assert.InRange(harness.Engine.WalBytes, 0, 200_000);
    }

    [Fact]
    public async Task After_a_day_memory_log_and_spool_hold_what_they_held_after_four_hours()
    {
        await using var harness = await OpenAsync(new FaultyFileSystem());
        var model = new PointModel(series: 30, stepSeconds: 30);
        (long Samples, long Bytes, long Log, int Files)? early = null;
        for (var hour = 0; hour < 26; hour++)
        {
            // Every series lives for an hour only in every third of them: those are forgotten, too.
            await harness.WriteAsync(model.Hour(StartMs + (hour * HourMs)));
            await harness.WriteAsync([.. Enumerable.Range(0, 10).Select(i => (SeriesKey.Create("gone", new Tag("n", $"{hour}-{i}")), harness.NowMs, 1.0))]);
            harness.Time.Advance(TimeSpan.FromHours(1));
            await harness.SettleAsync();
            if (hour == 5)
            {
                early = Measure();
            }
        }

        Assert.Null(harness.Problem);
        var late = Measure();
        Assert.InRange(late.Samples, early!.Value.Samples * 0.8, early.Value.Samples * 1.2);
        Assert.InRange(late.Bytes, early.Value.Bytes * 0.7, early.Value.Bytes * 1.3);
        Assert.InRange(late.Log, 0, early.Value.Log * 1.5);
        Assert.InRange(harness.Engine.Shards.Sum(static s => s.Count), 30, 120);
        Assert.Equal(0, harness.Stores.Status().SpoolBytes);

        (long Samples, long Bytes, long Log, int Files) Measure() =>
            (harness.Engine.SamplesInMemory, harness.Engine.Pool.UsedBytes, harness.Engine.WalBytes, harness.Objects.Objects.All.Count);
    }

    [Fact]
    public async Task A_backfill_of_weeks_in_order_of_time_takes_little_memory()
    {
        var options = new HarnessOptions { Maintenance = new MaintenanceOptions { SealSamples = 100, MaxUnsealedBytes = 1024 * 1024 } };
        await using var harness = await OpenAsync(new FaultyFileSystem(), options: options);
        harness.Time.Advance(TimeSpan.FromDays(70));
        await harness.SettleAsync();
        var model = new PointModel(series: 4, stepSeconds: 60);
        long most = 0;
        for (var day = 0; day < 15; day++)
        {
            for (var hour = 0; hour < 24; hour++)
            {
                await harness.WriteAsync(model.Hour(StartMs + (day * DayMs) + (hour * HourMs)));
            }

            most = Math.Max(most, harness.Engine.SamplesInMemory);
            harness.Time.Advance(TimeSpan.FromSeconds(5));
            await harness.Maintenance.RunOnceAsync(Cancellation);
            await harness.Stores.FlushAsync(Cancellation);
        }

        Assert.InRange(most, 1, 3L * 24 * model.PointsPerHour);
        harness.Time.Advance(TimeSpan.FromMinutes(31));
        await harness.SettleAsync();
        harness.Time.Advance(TimeSpan.FromMinutes(11));
        await harness.SettleAsync();
        Assert.Null(harness.Problem);
        await model.CheckAsync(harness);
        Assert.Equal(0, harness.Engine.SamplesInMemory);
        Assert.InRange(harness.Stores.Status().Tiers.Where(static t => t.Resolution == Resolution.Raw).Sum(static t => t.Blocks), 1, 2 * 16);
    }

    [Fact]
    public async Task Compaction_copies_chunks_as_they_are_when_nothing_overlaps()
    {
        await using var harness = await OpenAsync(new FaultyFileSystem(), options: new HarnessOptions { Shards = 1 });
        var model = new PointModel(series: 3, stepSeconds: 20);
        for (var hour = 0; hour < 24; hour++)
        {
            await harness.WriteAsync(model.Hour(StartMs + (hour * HourMs)));
        }

        harness.Time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(11));
        await harness.SettleAsync();
        Assert.Equal(12, harness.Maintenance.Works[0].Store.Catalog.Blocks.Count(static b => b.Resolution == Resolution.Raw));
        var before = await BruteReader.ChunkBytesAsync(harness);
        harness.Time.Advance(TimeSpan.FromMinutes(11));
        await harness.SettleAsync();

        Assert.Single(harness.Maintenance.Works[0].Store.Catalog.Blocks, static b => b.Resolution == Resolution.Raw);
        Assert.Equal((36, 0), harness.Maintenance.CompactionTotals);
        Assert.Equal(before, await BruteReader.ChunkBytesAsync(harness));
        await model.CheckAsync(harness);
    }

    private static async Task CheckAsync(MaintenanceHarness harness, PointModel model, SeriesKey[] keys)
    {
        Assert.Null(harness.Problem);
        var read = await BruteReader.SamplesAsync(harness);
        foreach (var key in keys)
        {
            var floor = harness.Policies.FloorMs(Resolution.Raw, key);
            var expected = model.Points.Where(p => p.Key.Series == key.ToString() && p.Key.AtMs >= floor).Select(static p => (p.Key, p.Value)).ToList();
            Assert.NotEmpty(expected);
            Assert.Equal(expected, read.Where(r => r.Key.Series == key.ToString() && r.Key.AtMs >= floor).Select(static r => (r.Key, r.Value)));
        }

        foreach (var resolution in new[] { Resolution.Minute, Resolution.Hour, Resolution.Day })
        {
            var length = resolution.LengthMs();
            var floor = (harness.Policies.FloorMs(resolution, "kept", []) + length - 1) / length * length;
            var rows = await BruteReader.RowsAsync(harness, resolution);
            Assert.NotEmpty(rows);
            model.CheckRows(rows, resolution, harness.Maintenance.Works[0].SealedUpToMs, floor);
        }
    }
}

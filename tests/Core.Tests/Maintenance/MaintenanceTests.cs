using Metrics.Core.Blocks;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Tests.Catalog;
using Metrics.Core.Tests.Files;
using static Metrics.Core.Tests.Maintenance.MaintenanceHarness;

namespace Metrics.Core.Tests.Maintenance;

public sealed class MaintenanceTests
{
    [Fact]
    public async Task Closed_windows_become_blocks_and_rows_and_leave_memory()
    {
        await using var harness = await OpenAsync(new FaultyFileSystem());
        var model = new PointModel();
        for (var hour = 0; hour < 30; hour++)
        {
            await harness.WriteAsync(model.Hour(StartMs + (hour * HourMs)));
            harness.Time.Advance(TimeSpan.FromHours(1));
            harness.Time.Advance(TimeSpan.FromMinutes(hour == 0 ? 11 : 0));
            await harness.SettleAsync();
        }

        Assert.Null(harness.Problem);
        await model.CheckAsync(harness);
        Assert.InRange(harness.Engine.SamplesInMemory, 1, 4 * model.PointsPerHour);
        var blocks = harness.Maintenance.Works.SelectMany(static w => w.Store.Catalog.Blocks).ToList();
        Assert.All(blocks.Where(static b => b.Resolution == Resolution.Raw), static b => Assert.True(b.RolledUp));
        Assert.Contains(blocks, static b => b.Resolution == Resolution.Raw && b.ToMs - b.FromMs == DayMs);
        Assert.Contains(blocks, static b => b.Resolution == Resolution.Day);
        Assert.All(blocks, b => Assert.True(harness.Objects.Objects.All.ContainsKey(b.Name)));
    }

    [Fact]
    public async Task Late_samples_change_the_rows_that_they_touch_and_nothing_else()
    {
        await using var harness = await OpenAsync(new FaultyFileSystem());
        var model = new PointModel();
        for (var hour = 0; hour < 26; hour++)
        {
            await harness.WriteAsync(model.Hour(StartMs + (hour * HourMs)));
        }

        harness.Time.Advance(TimeSpan.FromHours(26.5));
        await harness.SettleAsync();
        await model.CheckAsync(harness);
        await harness.WriteAsync(model.Late(StartMs + (3 * HourMs) + 17));
        await harness.WriteAsync(model.Replace(StartMs + (5 * HourMs)));
        harness.Time.Advance(TimeSpan.FromMinutes(1));
        await harness.SettleAsync();
        harness.Time.Advance(TimeSpan.FromMinutes(31));
        await harness.SettleAsync();
        Assert.Null(harness.Problem);
        await model.CheckAsync(harness);
        harness.Time.Advance(TimeSpan.FromHours(2));
        await harness.SettleAsync();
        await model.CheckAsync(harness);
        Assert.Null(harness.Problem);
    }

    [Fact]
    public async Task What_was_deleted_stays_deleted_in_memory_blocks_and_rows()
    {
        await using var harness = await OpenAsync(new FaultyFileSystem());
        var model = new PointModel();
        for (var hour = 0; hour < 26; hour++)
        {
            await harness.WriteAsync(model.Hour(StartMs + (hour * HourMs)));
        }

        harness.Time.Advance(TimeSpan.FromHours(26.5));
        await harness.SettleAsync();
        var selector = new SeriesSelector("m0", []);
        Assert.Equal(model.Keys.Count(static k => k.Metric == "m0"), await harness.Deletion.CountAsync(selector, cancellation: Cancellation));
        var (from, to) = (StartMs + (4 * HourMs) + 30_500, StartMs + (25 * HourMs) + 90_000);
        await harness.Deletion.DeleteAsync(selector, from, to, Cancellation);
        model.Delete("m0", from, to);
        model.CheckSamples(await BruteReader.SamplesAsync(harness));
        await harness.SettleAsync();
        Assert.Null(harness.Problem);
        await model.CheckAsync(harness);
        Assert.All(harness.Maintenance.Works, static w => Assert.Empty(w.Store.Catalog.Tombstones));

        await harness.WriteAsync(model.Late(StartMs + (6 * HourMs) + 17));
        harness.Time.Advance(TimeSpan.FromHours(3));
        await harness.SettleAsync();
        await model.CheckAsync(harness);
    }

    [Fact]
    public async Task A_restart_finds_everything_again()
    {
        var (files, objects, model) = (new FaultyFileSystem(), new Objects(), new PointModel());
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Start);
        for (var step = 0; step < 6; step++)
        {
            await using var harness = await OpenAsync(files = files.AfterKill(), objects, time);
            model.CheckSamples(await BruteReader.SamplesAsync(harness));
            for (var hour = 0; hour < 3; hour++)
            {
                await harness.WriteAsync(model.Hour(time.GetUtcNow().ToUnixTimeMilliseconds()));
                time.Advance(TimeSpan.FromHours(1));
            }

            await harness.SettleAsync();
            Assert.Null(harness.Problem);
            model.CheckSamples(await BruteReader.SamplesAsync(harness));
        }
    }

    [Fact]
    public async Task Everything_in_memory_is_in_the_store_after_a_flush()
    {
        var (objects, model) = (new Objects(), new PointModel());
        await using (var harness = await OpenAsync(new FaultyFileSystem(), objects))
        {
            await harness.WriteAsync(model.Hour(StartMs));
            harness.Time.Advance(TimeSpan.FromHours(1));
            await harness.Maintenance.SealAllAsync(Cancellation);
            await harness.WriteAsync(model.Late(StartMs + 5));
            await harness.Maintenance.SealAllAsync(Cancellation);
            model.CheckSamples(await BruteReader.SamplesAsync(harness));
        }

        await using var other = await OpenAsync(new FaultyFileSystem(), objects);
        await other.Stores.FlushAsync(Cancellation);
        model.CheckSamples(await BruteReader.SamplesAsync(other));
    }
}

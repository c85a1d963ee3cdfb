using Metrics.Core.Blocks;
using Metrics.Core.Maintenance;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Model;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Query;
using Metrics.Core.Tests.Catalog;
using Metrics.Core.Tests.Files;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Maintenance;

public sealed class RetentionPolicyTests
{
    private static readonly SeriesKey Dev = SeriesKey.Create("http.latency", new Tag("env", "dev"));
    private static readonly SeriesKey Production = SeriesKey.Create("http.latency", new Tag("env", "prod"));

    [Fact]
    public async Task The_first_policy_that_fits_holds_and_those_set_at_run_time_come_first()
    {
        using var policies = Create(new FaultyFileSystem(), new FaultyObjectStore(new Objects()), new RetentionOptions
        {
            Policies =
            [
                new RetentionPolicySettings { Name = "dev", Tags = { ["env"] = "~dev|test" }, Raw = TimeSpan.FromDays(7) },
                new RetentionPolicySettings { Name = "http", Metric = "http.*", Minute = TimeSpan.FromDays(10) },
            ],
        });

        Assert.Equal(TimeSpan.FromDays(7), policies.KeptFor(Resolution.Raw, Dev.Metric, Dev.Tags));
        Assert.Equal(TimeSpan.FromDays(90), policies.KeptFor(Resolution.Minute, Dev.Metric, Dev.Tags));
        Assert.Equal(TimeSpan.FromDays(10), policies.KeptFor(Resolution.Minute, Production.Metric, Production.Tags));
        Assert.Equal(TimeSpan.FromDays(90), policies.KeptFor(Resolution.Minute, "xhttp.latency", []));

        await policies.SetAsync([Policy("now", "http.latency", raw: 1)], MaintenanceHarness.Cancellation);
        Assert.Equal(TimeSpan.FromDays(1), policies.KeptFor(Resolution.Raw, Dev.Metric, Dev.Tags));
        Assert.Equal(MaintenanceHarness.StartMs - MaintenanceHarness.DayMs, policies.FloorMs(Resolution.Raw, Production));
        Assert.Equal(TimeSpan.FromDays(365), policies.KeptFor(Resolution.Raw, "other", []));
    }

    [Fact]
    public async Task What_was_set_is_there_after_a_restart_without_the_store_and_in_another_process()
    {
        var (files, objects) = (new FaultyFileSystem(), new Objects());
        using (var policies = Create(files, new FaultyObjectStore(objects)))
        {
            await policies.SetAsync([Policy("now", "http.*", raw: 1)], MaintenanceHarness.Cancellation);
        }

        using var again = Create(files.AfterPowerCut(), new FaultyObjectStore(objects) { Away = true });
        Assert.Equal(TimeSpan.FromDays(1), again.KeptFor(Resolution.Raw, Dev.Metric, Dev.Tags));
        await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => again.SetAsync([], MaintenanceHarness.Cancellation));
        Assert.Single(again.Get());

        using var other = Create(new FaultyFileSystem(), new FaultyObjectStore(objects));
        Assert.Empty(other.Get());
        await other.RefreshAsync(MaintenanceHarness.Cancellation);
        Assert.Equal("now", Assert.Single(other.Get()).Name);
    }

    [Fact]
    public async Task Policies_that_cannot_be_run_are_refused_by_name()
    {
        using var policies = Create(new FaultyFileSystem(), new FaultyObjectStore(new Objects()));
        var regex = new RetentionPolicy("r", null, [TagMatcher.Regex("env", "(")], null, null, null, null);
        Assert.Contains("tags.env", (await Assert.ThrowsAsync<InvalidDataException>(() => policies.SetAsync([regex], MaintenanceHarness.Cancellation))).Message, StringComparison.Ordinal);
        var brief = Policy("brief", "x", raw: 0);
        Assert.Contains("brief", (await Assert.ThrowsAsync<InvalidDataException>(() => policies.SetAsync([brief], MaintenanceHarness.Cancellation))).Message, StringComparison.Ordinal);
        var twice = Policy("twice", "x", raw: 1);
        await Assert.ThrowsAsync<InvalidDataException>(() => policies.SetAsync([twice, twice], MaintenanceHarness.Cancellation));
        Assert.Empty(policies.Get());
    }

    [Fact]
    public void Settings_out_of_range_are_refused_by_name()
    {
        var validator = new RetentionOptionsValidator();
        Assert.True(validator.Validate(null, new RetentionOptions()).Succeeded);
        Assert.Contains("Metrics:Retention:Hour is", Refused(new RetentionOptions { Hour = TimeSpan.Zero }), StringComparison.Ordinal);
        Assert.Contains("Policies:0:name", Refused(new RetentionOptions { Policies = [new RetentionPolicySettings()] }), StringComparison.Ordinal);
        var maintenance = new MaintenanceOptionsValidator();
        Assert.True(maintenance.Validate(null, new MaintenanceOptions()).Succeeded);
        Assert.Contains("SealSamples", Assert.Single(maintenance.Validate(null, new MaintenanceOptions { SealSamples = 0 }).Failures!), StringComparison.Ordinal);

        string Refused(RetentionOptions options) => Assert.Single(validator.Validate(null, options).Failures!);
    }

    private static RetentionPolicy Policy(string name, string metric, int raw) => new(name, metric, [], TimeSpan.FromDays(raw), null, null, null);

    private static RetentionPolicies Create(FaultyFileSystem files, FaultyObjectStore store, RetentionOptions? options = null) => new(
        Options.Create(options ?? new RetentionOptions()), store, files, "/data", new FakeTimeProvider(MaintenanceHarness.Start), NullLogger<RetentionPolicies>.Instance);
}

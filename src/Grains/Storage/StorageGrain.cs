using System.Text.Json;
using Metrics.Core.Blocks;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Query;
using Metrics.Grains.Interfaces.Storage;
using Metrics.Grains.Placement;
using Orleans.Concurrency;

namespace Metrics.Grains.Storage;

/// <summary>Asks every silo, and sums up. What changes data fails when a silo does not answer: half a deletion would be none that one can rely on.</summary>
[StatelessWorker(1)]
[Reentrant]
internal sealed class StorageGrain(ShardOwnership ownership, RetentionPolicies retention) : Grain, IStorageGrain
{
    public async ValueTask<string> GetStatus(CancellationToken cancellationToken) =>
        JsonSerializer.Serialize(StorageReports.Sum(await AskAsync(static silo => silo.GetStatus())), StorageReportJson.Default.StorageReport);

    public async ValueTask<ConfirmedChange> DeleteSeries(SeriesSelector selector, long fromMs, long toMs, long? expectedSeries)
    {
        var count = (await AskAsync(silo => silo.CountSeries(selector, fromMs, toMs))).Sum();
        if (count != expectedSeries)
        {
            return new ConfirmedChange(count, Done: false);
        }

        await AskAsync(silo => silo.DeleteSeries(selector, fromMs, toMs));
        return new ConfirmedChange(count, Done: true);
    }

    public ValueTask<RetentionRules> GetRetention() => new(new RetentionRules(
        new RetentionPolicyRule("default", "*", [], DefaultMs(Resolution.Raw), DefaultMs(Resolution.Minute), DefaultMs(Resolution.Hour), DefaultMs(Resolution.Day)),
        [.. retention.Get().Select(static p => RuleOf(p, fromSettings: false)), .. retention.Configured.Select(static p => RuleOf(p, fromSettings: true))]));

    public async ValueTask<ConfirmedChange> PutPolicy(RetentionPolicyRule policy, long? expectedSeries)
    {
        ThrowIfConfigured(policy.Name);
        var count = await CountAsync(policy.Metric, policy.Tags);
        var replaced = retention.Get().FirstOrDefault(p => p.Name == policy.Name);
        if (replaced is not null)
        {
            count = Math.Max(count, await CountAsync(replaced.Metric ?? "*", [.. replaced.Tags]));
        }

        if (count != expectedSeries)
        {
            return new ConfirmedChange(count, Done: false);
        }

        await SetAsync([.. retention.Get().Where(p => p.Name != policy.Name), PolicyOf(policy)]);
        return new ConfirmedChange(count, Done: true);
    }

    public async ValueTask<ConfirmedChange?> RemovePolicy(string name, long? expectedSeries)
    {
        ThrowIfConfigured(name);
        if (retention.Get().FirstOrDefault(p => p.Name == name) is not { } policy)
        {
            return null;
        }

        var count = await CountAsync(policy.Metric ?? "*", [.. policy.Tags]);
        if (count != expectedSeries)
        {
            return new ConfirmedChange(count, Done: false);
        }

        await SetAsync([.. retention.Get().Where(p => p.Name != name)]);
        return new ConfirmedChange(count, Done: true);
    }

    public async ValueTask Flush(CancellationToken cancellationToken) => await AskAsync(static async silo =>
    {
        await silo.Flush();
        return true;
    });

    public async ValueTask<int> Recheck(string[] blocks) => (await AskAsync(silo => silo.Recheck(blocks))).Sum();

    private async Task SetAsync(IReadOnlyList<RetentionPolicy> policies)
    {
        try
        {
            await retention.SetAsync(policies);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidOperationException(e.Message, e);
        }

        await AskAsync(static async silo =>
        {
            await silo.RefreshRetention();
            return true;
        });
    }

    private async Task<long> CountAsync(string metric, TagMatcher[] tags) => (await AskAsync(silo => silo.CountSeriesOf(metric, tags))).Sum();

    private void ThrowIfConfigured(string name)
    {
        if (retention.Configured.Any(p => p.Name == name))
        {
            throw new InvalidOperationException($"The policy {name} comes from Metrics:Retention:Policies in the settings; change it there, or use another name.");
        }
    }

    private long DefaultMs(Resolution resolution) => (long)retention.DefaultOf(resolution).TotalMilliseconds;

    private async Task<T[]> AskAsync<T>(Func<ISiloStorageGrain, ValueTask<T>> question)
    {
        var silos = ownership.Map.Silos;
        return silos.Count == 0
            ? throw new SiloUnavailableException("No silo is active yet that could answer.")
            : await Task.WhenAll(silos.Select(s => question(GrainFactory.GetGrain<ISiloStorageGrain>(s.ToParsableString())).AsTask()));
    }

    private static RetentionPolicyRule RuleOf(RetentionPolicy policy, bool fromSettings) => new(
        policy.Name, policy.Metric ?? "*", [.. policy.Tags], Ms(policy.Raw), Ms(policy.Minute), Ms(policy.Hour), Ms(policy.Day), fromSettings);

    private static RetentionPolicy PolicyOf(RetentionPolicyRule rule) => new(
        rule.Name, rule.Metric == "*" ? null : rule.Metric, rule.Tags, Time(rule.RawMs), Time(rule.MinuteMs), Time(rule.HourMs), Time(rule.DayMs));

    private static long? Ms(TimeSpan? time) => (long?)time?.TotalMilliseconds;

    private static TimeSpan? Time(long? ms) => ms is { } value ? TimeSpan.FromMilliseconds(value) : null;
}

using Metrics.Core.Query;
using Metrics.Grains.Interfaces.Storage;

namespace Metrics.Gateway.Tests.Support;

/// <summary>A storage grain whose every selector matches a number of series that a test sets.</summary>
internal sealed class FakeStorageGrain : IStorageGrain
{
    public long Matching { get; set; } = 3;

    public List<(SeriesSelector Selector, long FromMs, long ToMs)> Deleted { get; } = [];

    public Dictionary<string, RetentionPolicyRule> Policies { get; } = [];

    public int Flushes { get; private set; }

    public ValueTask<string> GetStatus(CancellationToken cancellationToken = default) => new("""{"stored":[]}""");

    public ValueTask<ConfirmedChange> DeleteSeries(SeriesSelector selector, long fromMs, long toMs, long? expectedSeries)
    {
        if (expectedSeries == Matching)
        {
            Deleted.Add((selector, fromMs, toMs));
        }

        return new(new ConfirmedChange(Matching, expectedSeries == Matching));
    }

    public ValueTask<RetentionRules> GetRetention() => new(new RetentionRules(
        new RetentionPolicyRule("default", "*", [], 365 * 86_400_000L, 90 * 86_400_000L, 365 * 86_400_000L, 1095 * 86_400_000L), [.. Policies.Values]));

    public ValueTask<ConfirmedChange> PutPolicy(RetentionPolicyRule policy, long? expectedSeries)
    {
        if (policy.Name == "fixed")
        {
            throw new InvalidOperationException("The policy fixed comes from the settings.");
        }

        if (expectedSeries == Matching)
        {
            Policies[policy.Name] = policy;
        }

        return new(new ConfirmedChange(Matching, expectedSeries == Matching));
    }

    public ValueTask<ConfirmedChange?> RemovePolicy(string name, long? expectedSeries) => new(
        Policies.ContainsKey(name) ? new ConfirmedChange(Matching, expectedSeries == Matching && Policies.Remove(name)) : null);

    public ValueTask Flush(CancellationToken cancellationToken = default)
    {
        Flushes++;
        return default;
    }
}

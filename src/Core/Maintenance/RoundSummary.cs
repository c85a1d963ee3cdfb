using System.Globalization;

namespace Metrics.Core.Maintenance;

/// <summary>What one round of maintenance did, for one line in the log. Used by one round at a time.</summary>
internal sealed class RoundSummary
{
    private readonly SortedDictionary<string, (int Times, long Samples)> _jobs = new(StringComparer.Ordinal);

    public void Add(string job, long samples)
    {
        var (times, all) = _jobs.GetValueOrDefault(job);
        _jobs[job] = (times + 1, all + samples);
    }

    /// <summary>What was done since the last call; null when nothing was.</summary>
    public string? Take()
    {
        var done = string.Join(
            ", ",
            _jobs.Where(static j => j.Value.Samples > 0)
                .Select(static j => string.Create(CultureInfo.InvariantCulture, $"{j.Key} {j.Value.Times} times ({j.Value.Samples} samples or rows)")));
        _jobs.Clear();
        return done.Length == 0 ? null : done;
    }
}

using Metrics.Core.Blocks;

namespace Metrics.Core.Maintenance;

/// <content>Figures.</content>
public sealed partial class StorageMaintenance
{
    /// <summary>What is stored where, what waits, and how it last went. Asks every series in memory: not for every second.</summary>
    public MaintenanceStatus Status() => new(
        _context.Shards.Status(),
        Hot(),
        _context.Engine.WalBytes,
        WithWindows(PendingWork()),
        [.. Works.SelectMany(static w => w.Status.Select(s => (w.Shard.Number, s)))],
        Resolutions.All.ToDictionary(static r => r, _context.Retention.DefaultOf),
        [.. _context.Retention.Get(), .. _context.Retention.Configured]);

    /// <summary>With the windows that are over and hold enough in memory to be sealed for it: counted now, not when they were last looked at.</summary>
    private Dictionary<string, int> WithWindows(Dictionary<string, int> pending)
    {
        var borderMs = _context.SealBorderMs;
        pending[SealWindows] = Owned().Sum(w => Sealer.Count(w.Shard.All(), borderMs).Values.Count(samples => samples >= _context.Options.SealSamples));
        return pending;
    }

    private HotStatus Hot()
    {
        long series = 0, samples = 0, bytes = 0, oldest = long.MaxValue, newest = long.MinValue;
        foreach (var one in _context.Engine.Shards.SelectMany(static s => s.All()))
        {
            var statistics = one.GetStatistics();
            series++;
            samples += statistics.Samples;
            bytes += statistics.Bytes;
            oldest = Math.Min(oldest, statistics.OldestMs);
            newest = Math.Max(newest, statistics.NewestMs);
        }

        return new HotStatus(series, samples, bytes, samples == 0 ? null : oldest, samples == 0 ? null : newest);
    }
}

using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Durability;

/// <summary>Compares what senders were told with what the server has.</summary>
internal static class LoadCheck
{
    /// <summary>Everything answered for is there; of what was not answered all, a part or nothing; and nothing else.</summary>
    public static async Task NothingIsLost(SiloProcess silo, IReadOnlyCollection<LoadSender> senders, long nowMs)
    {
        var counts = await Ask(silo, "count", nowMs);
        foreach (var sender in senders)
        {
            var count = counts.GetValueOrDefault(sender.Tag);
            Assert.True(
                count >= sender.Count && count <= sender.Count + sender.Undecided,
                $"{sender.Tag} has {count} points; {sender.Count} were answered for and {sender.Undecided} were not.");
        }
    }

    /// <summary>Everything is there once, with its last value.</summary>
    public static async Task EverythingIsThereOnce(SiloProcess silo, IReadOnlyCollection<LoadSender> senders, long nowMs)
    {
        var counts = await Ask(silo, "count", nowMs);
        var sums = await Ask(silo, "sum", nowMs);
        foreach (var sender in senders)
        {
            Assert.True(counts.GetValueOrDefault(sender.Tag) == sender.Count, $"{sender.Tag} has {counts.GetValueOrDefault(sender.Tag)} points, not {sender.Count}.");
            Assert.True(sums.GetValueOrDefault(sender.Tag) == sender.Sum, $"{sender.Tag} adds up to {sums.GetValueOrDefault(sender.Tag)}, not {sender.Sum}.");
        }
    }

    private static Task<Dictionary<string, double>> Ask(SiloProcess silo, string aggregation, long nowMs)
    {
        var (from, to) = LoadSender.Range(nowMs);
        return silo.QueryByTag(LoadSender.Metric, aggregation, LoadSender.Key, from, to);
    }
}

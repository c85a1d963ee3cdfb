using System.Globalization;
using Metrics.Core.Blocks;

namespace Metrics.Core.Catalog;

/// <summary>Names of a shard's objects: <c>shards/0003/raw/20261122T180000-20261122T200000-4-17.block</c>, the epoch and the sequence last.</summary>
internal static class BlockName
{
    public const string Extension = ".block";

    public static string Prefix(int shard) => string.Create(CultureInfo.InvariantCulture, $"shards/{shard:0000}/");

    public static string Catalog(int shard) => Prefix(shard) + "catalog.json";

    public static string Of(int shard, Resolution resolution, long fromMs, long toMs, long epoch, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix(shard)}{resolution.Name()}/{Time(fromMs)}-{Time(toMs)}-{epoch}-{sequence}{Extension}");

    /// <summary>The name of an object's file in a directory of its own shard.</summary>
    public static string FileOf(string name)
    {
        var resolution = name.LastIndexOf('/', name.LastIndexOf('/') - 1);
        return name[(resolution + 1)..].Replace('/', '_');
    }

    /// <summary>The epoch in a block's name; null when it is not one.</summary>
    public static long? EpochOf(string name)
    {
        if (!name.EndsWith(Extension, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = name[(name.LastIndexOf('/') + 1)..^Extension.Length].Split('-');
        return parts.Length == 4 && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : null;
    }

    /// <summary>For people only: what makes a name unique is behind it, so that times beyond the calendar may look alike.</summary>
    private static string Time(long ms)
    {
        var least = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
        var most = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(ms, least, most)).ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
    }
}

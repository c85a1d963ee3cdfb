using System.Runtime.CompilerServices;
using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Series;

namespace Metrics.Core.Query.Planning;

/// <summary>What there is when in one version of a shard's catalog: worked out once, since a query asks for little of it.</summary>
internal sealed class CatalogLayout
{
    private static readonly ConditionalWeakTable<ShardCatalog, CatalogLayout> Known = [];

    private readonly BlockInfo[][] _blocks = new BlockInfo[4][];
    private readonly long[][] _latestEnd = new long[4][];
    private readonly IntervalSet[] _present = new IntervalSet[4];
    private readonly IntervalSet[] _damaged = new IntervalSet[4];

    private CatalogLayout(ShardCatalog catalog)
    {
        Tombstones = catalog.Tombstones;
        Damaged = catalog.Damaged;
        var dirty = new List<(long, long)>();
        MinMs = long.MaxValue;
        MaxMs = long.MinValue;
        foreach (var resolution in Resolutions.All)
        {
            var blocks = catalog.Blocks.Where(b => b.Resolution == resolution).OrderBy(static b => b.MinMs).ThenBy(static b => b.Sequence).ToArray();
            var present = new List<(long, long)>(blocks.Length);
            var ends = new long[blocks.Length];
            for (var i = 0; i < blocks.Length; i++)
            {
                var block = blocks[i];
                var span = SpanOf(block);
                present.Add(span);
                if (resolution == Resolution.Raw && !block.RolledUp)
                {
                    dirty.Add(span);
                }

                MinMs = Math.Min(MinMs, block.MinMs);
                MaxMs = Math.Max(MaxMs, block.MaxMs);
                ends[i] = i == 0 ? block.MaxMs : Math.Max(ends[i - 1], block.MaxMs);
            }

            _blocks[(int)resolution] = blocks;
            _latestEnd[(int)resolution] = ends;
            _present[(int)resolution] = IntervalSet.Union(present);
            _damaged[(int)resolution] = IntervalSet.Union([.. catalog.Damaged.Where(d => d.Block.Resolution == resolution).Select(static d => SpanOf(d.Block))]);
        }

        Dirty = IntervalSet.Union(dirty);
        StaleDays = StaleDaysOf(_blocks[(int)Resolution.Hour], _blocks[(int)Resolution.Day]);
    }

    /// <summary>Of all blocks; <see cref="long.MaxValue"/> when there are none.</summary>
    public long MinMs { get; }

    public long MaxMs { get; }

    /// <summary>Windows with raw data that no rollup has yet.</summary>
    public IntervalSet Dirty { get; }

    /// <summary>Days whose rows do not have all of their hours yet: a window's hours are published first.</summary>
    public IntervalSet StaleDays { get; }

    public IReadOnlyList<Tombstone> Tombstones { get; }

    public IReadOnlyList<DamagedBlock> Damaged { get; }

    public static CatalogLayout Of(ShardCatalog catalog) => Known.GetValue(catalog, static c => new CatalogLayout(c));

    /// <summary>Windows that have data of a resolution.</summary>
    public IntervalSet Present(Resolution resolution) => _present[(int)resolution];

    /// <summary>Windows that had data of a resolution which cannot be read any more.</summary>
    public IntervalSet DamagedAt(Resolution resolution) => _damaged[(int)resolution];

    /// <summary>Appends the blocks of a resolution that hold anything of a range.</summary>
    public void Overlapping(Resolution resolution, long fromMs, long toMs, List<BlockInfo> into)
    {
        var blocks = _blocks[(int)resolution];
        var ends = _latestEnd[(int)resolution];
        int low = 0, high = blocks.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (ends[middle] < fromMs)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        for (; low < blocks.Length && blocks[low].MinMs < toMs; low++)
        {
            if (blocks[low].MaxMs >= fromMs)
            {
                into.Add(blocks[low]);
            }
        }
    }

    /// <summary>As the roller sees it: hours of single windows that are newer than every row of their day.</summary>
    private static IntervalSet StaleDaysOf(BlockInfo[] hours, BlockInfo[] days)
    {
        var length = Resolution.Day.LengthMs();
        var newest = new Dictionary<long, long>();
        foreach (var block in days)
        {
            for (var day = TimeAlign.Down(block.FromMs, length); day < block.ToMs; day += length)
            {
                newest[day] = Math.Max(newest.GetValueOrDefault(day, long.MinValue), block.Sequence);
            }
        }

        var stale = new List<(long, long)>();
        foreach (var block in hours)
        {
            var day = TimeAlign.Down(block.FromMs, length);
            if (block.ToMs - block.FromMs <= SeriesBuffer.WindowMs && newest.GetValueOrDefault(day, long.MinValue) < block.Sequence)
            {
                stale.Add((day, day + length));
            }
        }

        return IntervalSet.Union(stale);
    }

    /// <summary>The windows that a block touches: rollups are made window by window.</summary>
    private static (long FromMs, long ToMs) SpanOf(BlockInfo block)
    {
        var length = Math.Max(SeriesBuffer.WindowMs, block.Resolution.LengthMs());
        return (TimeAlign.Down(block.MinMs, length), TimeAlign.Up(block.MaxMs + 1, length));
    }
}

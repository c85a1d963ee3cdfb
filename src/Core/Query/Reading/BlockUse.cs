using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Model;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Query.Evaluation;

namespace Metrics.Core.Query.Reading;

/// <summary>One block while one query reads it. Used by one thread at a time.</summary>
internal sealed class BlockUse(BlockSource source, int shard, BlockInfo info, IReadOnlyList<Tombstone> tombstones) : IDisposable
{
    private readonly List<PartKey> _counted = [];
    private IBlockFile? _file;
    private List<(long FromMs, long ToMs, int[] Rows)>? _deleted;
    private bool _deletedKnown;
    private bool _isIndexFetched;

    public BlockInfo Info { get; } = info;

    /// <summary>Null until it is opened, or when it could not be.</summary>
    public OpenedBlock? Opened { get; private set; }

    /// <summary>Why it cannot be read; null as long as it can.</summary>
    public Exception? Failure { get; private set; }

    public IBlockFile File => _file ??= source.Files.Open(shard, Info);

    /// <summary>The rows that the query's selector matches, ascending, and the scan's number of each series.</summary>
    public List<int>? Rows { get; set; }

    public List<int>? Series { get; set; }

    /// <summary>The row of each series of the scan, -1 where it has none; null when the block was not selected from.</summary>
    public int[]? RowOf { get; set; }

    /// <summary>Cold once anything of it had to be fetched for this query, its index too.</summary>
    public BlockTier Tier => _isIndexFetched ? BlockTier.Cold : File.Tier;

    public BlockReader Reader => Opened!.Reader;

    /// <summary>Reads the block's index unless it is in memory.</summary>
    /// <returns>Whether the block can be read.</returns>
    public async ValueTask<bool> OpenAsync(CancellationToken cancellation)
    {
        if (Opened is not null || Failure is not null)
        {
            return Failure is null;
        }

        try
        {
            // What is local or in memory is there at once.
            var opening = source.OpenAsync(shard, Info, cancellation);
            _isIndexFetched = !opening.IsCompleted;
            Opened = await opening;
        }
        catch (Exception e) when (IsFailure(e))
        {
            // Damage of the index has been reported where it was found.
            Failure = e;
        }

        return Failure is null;
    }

    /// <summary>The row of a series, or -1.</summary>
    public int RowOfSeries(int series, SeriesId id) => RowOf is { } rows ? rows[series] : Reader.Find(id);

    /// <summary>Whether anything of the block is deleted.</summary>
    public bool HasDeletions
    {
        get
        {
            FindDeletions();
            return _deleted is not null;
        }
    }

    /// <summary>What of a row is deleted, in no order; null when nothing is.</summary>
    public List<(long FromMs, long ToMs)>? DeletedOf(int row)
    {
        FindDeletions();
        if (_deleted is null)
        {
            return null;
        }

        List<(long, long)>? ranges = null;
        foreach (var (from, to, rows) in _deleted)
        {
            if (Array.BinarySearch(rows, row) >= 0)
            {
                (ranges ??= []).Add((from, to));
            }
        }

        return ranges;
    }

    /// <summary>Whether one deletion covers all that the block can have of a row.</summary>
    public bool IsDeleted(int row) => DeletedOf(row)?.Exists(d => d.FromMs <= Info.MinMs && d.ToMs > Info.MaxMs) == true;

    /// <summary>True once for each part of the range: what explain counts blocks by.</summary>
    public bool IsFirstIn(in PartKey part)
    {
        if (_counted.Contains(part))
        {
            return false;
        }

        _counted.Add(part);
        return true;
    }

    /// <summary>Whether an exception says that bytes cannot be had or are not what they should be.</summary>
    public static bool IsFailure(Exception e) => e is IOException or InvalidDataException or UnauthorizedAccessException;

    /// <summary>The block is not read any more by this query.</summary>
    public void Fail(Exception e)
    {
        Failure ??= e;
        if (e is BlockDamagedException)
        {
            source.ReportDamage(shard, Info, e.Message);
        }
    }

    private void FindDeletions()
    {
        if (_deletedKnown)
        {
            return;
        }

        _deletedKnown = true;
        foreach (var tombstone in tombstones)
        {
            if (tombstone.Sequence > Info.Sequence && tombstone.FromMs <= Info.MaxMs && tombstone.ToMs > Info.MinMs
                && Opened!.RowsOf(tombstone) is { Length: > 0 } rows)
            {
                (_deleted ??= []).Add((tombstone.FromMs, tombstone.ToMs, rows));
            }
        }
    }

    /// <summary>Says in a report why the block is missing from the answer.</summary>
    public void ReportTo(ReadReport report)
    {
        if (Failure is not null)
        {
            var kind = Failure switch
            {
                ObjectStoreUnavailableException => "blocks that cannot be had from the object store now",
                ObjectNotFoundException => "blocks that are not in the object store",
                BlockDamagedException or InvalidDataException => "damaged blocks",
                _ => "unreadable blocks",
            };
            report.AddProblem(kind, Failure.Message);
        }
    }

    public void Dispose() => _file?.Dispose();
}

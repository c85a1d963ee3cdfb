using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Backup;

/// <summary>Copies blocks from one store to another, several at a time, passing over those that are there.</summary>
/// <param name="source">Has the blocks.</param>
/// <param name="target">Gets them.</param>
/// <param name="replaces">Whether an object of the same name and other bytes is written over; else it is refused.</param>
/// <param name="progress">Told of every block.</param>
internal sealed class BlockCopier(IObjectStore source, IObjectStore target, bool replaces, IProgress<CopyProgress>? progress)
{
    private const int Parallel = 4;

    /// <summary>A block's last bytes have its footer's checksum, and the footer those of its sections.</summary>
    private const int ComparedBytes = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _present = new(StringComparer.Ordinal);
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private Dictionary<string, BlockInfo> _known = new(StringComparer.Ordinal);
    private long _blocks;
    private long _bytes;
    private long _bytesDone;

    public long Copied { get; private set; }

    public long CopiedBytes { get; private set; }

    public long Skipped { get; private set; }

    /// <summary>Looks what the target has.</summary>
    /// <param name="known">Blocks that are in there for certain, if something of that name and length is.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task PrepareAsync(IEnumerable<BlockInfo> known, CancellationToken cancellation)
    {
        _known = known.ToDictionary(static b => b.Name, StringComparer.Ordinal);
        await foreach (var item in target.ListAsync("shards/", cancellation))
        {
            _present[item.Name] = item.Bytes;
        }
    }

    /// <summary>So much is to come.</summary>
    public void Expect(long blocks, long bytes) => (_blocks, _bytes) = (blocks, bytes);

    /// <exception cref="ObjectNotFoundException">The source has one of them no more.</exception>
    /// <exception cref="BackupException">The target has another object of the same name, or the source has only a part of one.</exception>
    public Task CopyAsync(IEnumerable<BlockInfo> blocks, CancellationToken cancellation) => System.Threading.Tasks.Parallel.ForEachAsync(
        blocks, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation }, async (block, stop) => await CopyAsync(block, stop));

    private async Task CopyAsync(BlockInfo block, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_done.Contains(block.Name))
            {
                return;
            }
        }

        var isThere = await IsThereAsync(block, cancellation);
        if (!isThere)
        {
            try
            {
                await using var content = new ObjectStream(source, block.Name, block.Bytes);
                await target.PutAsync(block.Name, content, PutCondition.None, cancellation);
            }
            catch (InvalidDataException e)
            {
                throw new BackupException($"{e.Message} metrics verify says what else is damaged, and has the server set it aside; then this can go on.");
            }
        }

        lock (_gate)
        {
            _done.Add(block.Name);
            _bytesDone += block.Bytes;
            (Copied, CopiedBytes, Skipped) = isThere ? (Copied, CopiedBytes, Skipped + 1) : (Copied + 1, CopiedBytes + block.Bytes, Skipped);
            progress?.Report(new CopyProgress(_done.Count, Math.Max(_blocks, _done.Count), _bytesDone, Math.Max(_bytes, _bytesDone)));
        }
    }

    private async ValueTask<bool> IsThereAsync(BlockInfo block, CancellationToken cancellation)
    {
        if (!_present.TryGetValue(block.Name, out var bytes))
        {
            return false;
        }

        // Names are unique in a data set. Those of another one may be the same.
        if (bytes == block.Bytes && (_known.TryGetValue(block.Name, out var known) ? IsSame(known, block) : await EndsAlikeAsync(block, cancellation)))
        {
            return true;
        }

        return replaces ? false : throw new BackupException(
            $"{target.Description} has another {block.Name}: the backups there are of another data set, or that object is damaged. Back up to another place, or delete that object there.");
    }

    private static bool IsSame(BlockInfo one, BlockInfo other) => one with { RolledUp = other.RolledUp } == other;

    private async ValueTask<bool> EndsAlikeAsync(BlockInfo block, CancellationToken cancellation)
    {
        var count = (int)Math.Min(ComparedBytes, block.Bytes);
        var (here, there) = (new byte[count], new byte[count]);
        return await source.ReadAsync(block.Name, block.Bytes - count, here, cancellation) == count
            && await target.ReadAsync(block.Name, block.Bytes - count, there, cancellation) == count
            && here.AsSpan().SequenceEqual(there);
    }
}

using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Backup;

/// <summary>Copies blocks from one store to another, several at a time, passing over those that are there.</summary>
internal sealed class BlockCopier(IObjectStore source, IObjectStore target, IProgress<CopyProgress>? progress)
{
    private const int Parallel = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _present = new(StringComparer.Ordinal);
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private long _blocks;
    private long _bytes;
    private long _bytesDone;

    public long Copied { get; private set; }

    public long CopiedBytes { get; private set; }

    public long Skipped { get; private set; }

    /// <summary>Looks what the target has.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        await foreach (var item in target.ListAsync("shards/", cancellation))
        {
            _present[item.Name] = item.Bytes;
        }
    }

    /// <summary>So much is to come.</summary>
    public void Expect(long blocks, long bytes) => (_blocks, _bytes) = (blocks, bytes);

    /// <exception cref="ObjectNotFoundException">The source has one of them no more.</exception>
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

        // A name stands for its bytes for ever, so one of the right length is the one.
        var isThere = _present.TryGetValue(block.Name, out var bytes) && bytes == block.Bytes;
        if (!isThere)
        {
            await using var content = new ObjectStream(source, block.Name, block.Bytes);
            await target.PutAsync(block.Name, content, PutCondition.None, cancellation);
        }

        lock (_gate)
        {
            _done.Add(block.Name);
            _bytesDone += block.Bytes;
            (Copied, CopiedBytes, Skipped) = isThere ? (Copied, CopiedBytes, Skipped + 1) : (Copied + 1, CopiedBytes + block.Bytes, Skipped);
            progress?.Report(new CopyProgress(_done.Count, Math.Max(_blocks, _done.Count), _bytesDone, Math.Max(_bytes, _bytesDone)));
        }
    }
}

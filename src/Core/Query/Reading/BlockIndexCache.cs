using System.Collections.Concurrent;
using Metrics.Core.Blocks;

namespace Metrics.Core.Query.Reading;

/// <summary>Opened blocks by name, least recently used out. A block's name is unique for ever, so that nothing here goes stale.</summary>
internal sealed class BlockIndexCache(long maxBytes)
{
    private readonly ConcurrentDictionary<string, OpenedBlock> _blocks = new(StringComparer.Ordinal);
    private readonly Lock _trim = new();
    private long _uses;
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    public OpenedBlock? TryGet(string name)
    {
        if (!_blocks.TryGetValue(name, out var block))
        {
            return null;
        }

        block.LastUsed = Interlocked.Increment(ref _uses);
        return block;
    }

    public async ValueTask<OpenedBlock> OpenAsync(IBlockFile file, string name, CancellationToken cancellation)
    {
        if (TryGet(name) is { } known)
        {
            return known;
        }

        var opened = new OpenedBlock(await BlockReader.OpenAsync(file, name, cancellation)) { LastUsed = Interlocked.Increment(ref _uses) };
        if (!_blocks.TryAdd(name, opened))
        {
            return opened;
        }

        if (Interlocked.Add(ref _bytes, opened.Reader.MemoryBytes) > maxBytes)
        {
            Trim();
        }

        return opened;
    }

    /// <summary>Down to nine tenths, so that not every block that is opened has to look through all.</summary>
    private void Trim()
    {
        lock (_trim)
        {
            foreach (var (name, block) in _blocks.OrderBy(static b => b.Value.LastUsed).ToList())
            {
                if (Bytes <= maxBytes / 10 * 9)
                {
                    return;
                }

                if (_blocks.TryRemove(new(name, block)))
                {
                    Interlocked.Add(ref _bytes, -block.Reader.MemoryBytes);
                }
            }
        }
    }
}

using Metrics.Core.Blocks;
using Metrics.Core.ObjectStorage;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Catalog;

/// <summary>
/// Opened blocks: footers and series indexes in memory, bounded in bytes (<see cref="CacheOptions.MaxIndexBytes"/>), the least recently used out first. A block
/// that many ask for at once is opened once.
/// </summary>
public sealed class BlockReaders
{
    private readonly IBlockFiles _files;
    private readonly Action<int, BlockInfo, string> _onDamage;
    private readonly long _maxBytes;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();
    private long _bytes;

    public BlockReaders(ShardStores stores, IOptions<CacheOptions> options)
        : this(stores, (stores ?? throw new ArgumentNullException(nameof(stores))).ReportDamage, (options ?? throw new ArgumentNullException(nameof(options))).Value.MaxIndexBytes)
    {
    }

    internal BlockReaders(IBlockFiles files, Action<int, BlockInfo, string> onDamage, long maxBytes)
    {
        _files = files;
        _onDamage = onDamage;
        _maxBytes = maxBytes;
    }

    /// <summary>Memory that opened blocks take, in bytes, and how many there are.</summary>
    public (long Bytes, int Blocks) Held
    {
        get
        {
            lock (_gate)
            {
                return (_bytes, _entries.Count);
            }
        }
    }

    /// <summary>An opened block. Completes synchronously when it is open already.</summary>
    /// <param name="shard">The block's shard.</param>
    /// <param name="block">As the view lists it.</param>
    /// <param name="cancellation">Gives up waiting; the opening goes on for others.</param>
    /// <exception cref="BlockDamagedException">It is damaged: reported, and soon not in the views any more.</exception>
    /// <exception cref="ObjectStoreException">Its bytes cannot be had now.</exception>
    /// <exception cref="InvalidDataException">Its bytes end early: reported as damage.</exception>
    public ValueTask<BlockReader> OpenAsync(int shard, BlockInfo block, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        Entry entry;
        lock (_gate)
        {
            if (_entries.TryGetValue(block.Name, out var node))
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
                entry = node.Value;
            }
            else
            {
                entry = new Entry(block.Name);
                _entries.Add(block.Name, _byUse.AddFirst(entry));
                entry.Opening = new Lazy<Task<BlockReader>>(() => ReadAsync(shard, block, entry));
            }
        }

        // Outside the lock: the first to come here reads.
        var opening = entry.Opening.Value;
        return opening.IsCompletedSuccessfully ? new(opening.Result) : new(opening.WaitAsync(cancellation));
    }

    /// <summary>Has a block set aside whose chunk was found damaged by a reader.</summary>
    public void ReportDamage(int shard, BlockInfo block, string reason)
    {
        ArgumentNullException.ThrowIfNull(block);
        Remove(block.Name);
        _onDamage(shard, block, reason);
    }

    private async Task<BlockReader> ReadAsync(int shard, BlockInfo block, Entry entry)
    {
        try
        {
            using var file = _files.Open(shard, block);
            var reader = await BlockReader.OpenAsync(file, block.Name);
            Weigh(entry, reader.MemoryBytes);
            return reader;
        }
        catch (Exception error)
        {
            Remove(block.Name);
            if (error is BlockDamagedException or InvalidDataException)
            {
                _onDamage(shard, block, error.Message);
            }

            throw;
        }
    }

    private void Weigh(Entry entry, long bytes)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(entry.Name, out var node) || node.Value != entry)
            {
                return;
            }

            entry.Bytes = bytes;
            _bytes += bytes;

            // The newest stays whatever it weighs: who asked for it has it anyway.
            while (_bytes > _maxBytes && _byUse.Last is { } last && last != node)
            {
                Drop(last);
            }
        }
    }

    private void Remove(string name)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(name, out var node))
            {
                Drop(node);
            }
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _entries.Remove(node.Value.Name);
        _byUse.Remove(node);
        _bytes -= node.Value.Bytes;
    }

    private sealed class Entry(string name)
    {
        public string Name => name;

        public Lazy<Task<BlockReader>> Opening { get; set; } = null!;

        /// <summary>0 until it is open.</summary>
        public long Bytes { get; set; }
    }
}

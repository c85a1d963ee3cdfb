using Metrics.Core.Blocks;
using Metrics.Core.Catalog;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>Chunks of one series from one or more blocks, with their bytes. Reused from series to series; not thread-safe.</summary>
internal sealed class SeriesChunks
{
    private readonly List<Entry> _entries = [];
    private byte[] _bytes = new byte[64 * 1024];
    private int _used;
    private int _reserved;

    public int Count => _entries.Count;

    public ChunkMeta Meta(int index) => _entries[index].Meta;

    public BlockInfo Block(int index) => _entries[index].Block;

    public ReadOnlySpan<byte> Bytes(int index) => _bytes.AsSpan(_entries[index].At, _entries[index].Meta.Length);

    public void Clear()
    {
        _entries.Clear();
        (_used, _reserved) = (0, 0);
    }

    /// <summary>Room for the bytes of the chunk that is added next.</summary>
    public Memory<byte> Reserve(int length)
    {
        if (_bytes.Length - _used < length)
        {
            Array.Resize(ref _bytes, Math.Max(checked(_used + length), Math.Min(_bytes.Length * 2, Array.MaxLength)));
        }

        _reserved = length;
        return _bytes.AsMemory(_used, length);
    }

    public void Add(in ChunkMeta meta, BlockInfo block)
    {
        _entries.Add(new Entry(meta, block, _used));
        _used += _reserved;
        _reserved = 0;
    }

    public void Add(in ChunkMeta meta, BlockInfo block, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length).Span);
        Add(meta, block);
    }

    /// <summary>The chunks of a kind in order of time; at the same start those of older blocks first.</summary>
    public void Sort(ChunkKind kind, List<int> into, Predicate<BlockInfo>? which = null)
    {
        into.Clear();
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Meta.Kind == kind && (which is null || which(_entries[i].Block)))
            {
                into.Add(i);
            }
        }

        into.Sort((a, b) =>
        {
            var order = _entries[a].Meta.MinMs.CompareTo(_entries[b].Meta.MinMs);
            order = order != 0 ? order : _entries[a].Block.Sequence.CompareTo(_entries[b].Block.Sequence);
            return order != 0 ? order : a.CompareTo(b);
        });
    }

    private readonly record struct Entry(ChunkMeta Meta, BlockInfo Block, int At);
}

using Metrics.Core.Blocks;

namespace Metrics.Core.Query.Reading;

/// <summary>How a chunk gets into the answer.</summary>
internal enum ReadMode : byte
{
    /// <summary>It does not: nothing of it is asked for, or it could not be read.</summary>
    Skip,

    /// <summary>By the aggregates that the block has of it.</summary>
    Aggregate,

    /// <summary>By its bytes.</summary>
    Decode,
}

/// <summary>A chunk that a batch of series needs.</summary>
internal struct ChunkRef
{
    /// <summary>The series' place in the batch.</summary>
    public int Slot;

    /// <summary>The next chunk of the same series, or -1.</summary>
    public int Next;

    /// <summary>The number of its stretch.</summary>
    public int Stretch;

    public BlockUse Use;

    public ChunkMeta Meta;

    public ReadMode Mode;

    /// <summary>Deleted parts of it.</summary>
    public List<(long FromMs, long ToMs)>? Deleted;

    /// <summary>Its bytes when they have been read: where they are in a buffer that holds several chunks'.</summary>
    public byte[]? Buffer;

    public int BufferOffset;

    public readonly ReadOnlySpan<byte> Bytes => Buffer.AsSpan(BufferOffset, Meta.Length);

    /// <summary>Parts of the range that are in order: by stretch, kind, time, and at last by which block is right.</summary>
    public static int Compare(in ChunkRef a, in ChunkRef b)
    {
        var order = a.Stretch.CompareTo(b.Stretch);
        order = order != 0 ? order : a.Meta.Kind.CompareTo(b.Meta.Kind);
        order = order != 0 ? order : a.Meta.MinMs.CompareTo(b.Meta.MinMs);
        order = order != 0 ? order : a.Use.Info.Sequence.CompareTo(b.Use.Info.Sequence);
        return order != 0 ? order : a.Meta.Offset.CompareTo(b.Meta.Offset);
    }
}

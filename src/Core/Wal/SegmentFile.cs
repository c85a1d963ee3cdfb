using Metrics.Core.Files;

namespace Metrics.Core.Wal;

/// <summary>The segment being written. One writer at a time; another thread may flush meanwhile.</summary>
internal sealed class SegmentFile(IFile file, long number, long offset) : IDisposable
{
    private long _offset = offset;
    private long _flushed = offset;
    private volatile bool _givenUp;

    public long Number { get; } = number;

    public string Name { get; } = SegmentName.Of(number);

    public uint Seed { get; } = WalFormat.SeedOf(number);

    /// <summary>Where the next write goes: the end of the last good one.</summary>
    public long Offset => Volatile.Read(ref _offset);

    /// <summary>How far it is known to be on disk.</summary>
    public long Flushed => Volatile.Read(ref _flushed);

    /// <summary>False after a failed flush: the kernel may have dropped the bytes and would report success the next time.</summary>
    public bool IsTrusted { get; private set; } = true;

    /// <summary>Whether the next write goes to a new segment.</summary>
    public bool IsGivenUp => _givenUp;

    public void GiveUp() => _givenUp = true;

    /// <summary>Writes at the end. When that fails, the part that got there is cut off again, or else the segment is given up.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            file.Write(_offset, bytes);
        }
        catch
        {
            CutBackTo(_offset);
            throw;
        }

        Volatile.Write(ref _offset, _offset + bytes.Length);
    }

    /// <summary>Takes back what was appended past an offset.</summary>
    public void CutBackTo(long offset)
    {
        Volatile.Write(ref _offset, offset);
        try
        {
            file.Truncate(offset);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            GiveUp();
        }
    }

    /// <summary>Forces what has been written to disk; nothing when it is there.</summary>
    /// <returns>Whether there was something to force.</returns>
    public bool Flush()
    {
        var upTo = Offset;
        if (!IsTrusted || upTo <= Flushed)
        {
            return false;
        }

        try
        {
            file.FlushToDisk();
        }
        catch
        {
            IsTrusted = false;
            GiveUp();
            throw;
        }

        Volatile.Write(ref _flushed, upTo);
        return true;
    }

    public void Dispose() => file.Dispose();
}

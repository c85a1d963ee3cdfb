using Metrics.Core.Files;

namespace Metrics.Core.Wal;

/// <summary>
/// A moving view of a segment file, read forward in large blocks into one buffer that a whole replay shares. A part that the
/// disk refuses to read is given as zeros, so that the rest of the file can still be used.
/// </summary>
internal sealed class SegmentWindow
{
    private const int BlockBytes = 2 * 1024 * 1024;
    private const int PageBytes = 4096;
    private const int MaxUnreadablePages = 1024;

    private byte[] _buffer = new byte[BlockBytes];
    private IFile? _file;
    private long _start;
    private int _count;
    private int _unreadablePages;

    /// <summary>Bytes in the file when it was opened.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes that the disk refused; they read as zeros.</summary>
    public long UnreadableBytes { get; private set; }

    /// <summary>Why it refused the first of them.</summary>
    public string? ReadError { get; private set; }

    /// <summary>Called with the number of bytes after each block read.</summary>
    public Action<int>? BlockRead { get; set; }

    public void Open(IFile file)
    {
        _file = file;
        Length = file.Length;
        _start = 0;
        _count = 0;
        _unreadablePages = 0;
        UnreadableBytes = 0;
        ReadError = null;
    }

    /// <summary>The bytes at an offset: at least <paramref name="atLeast"/>, or as many as the file has from there.</summary>
    public ReadOnlySpan<byte> At(long offset, int atLeast)
    {
        var wanted = (int)Math.Clamp(Length - offset, 0, atLeast);
        if (wanted == 0)
        {
            return default;
        }

        if (offset < _start || offset + wanted > _start + _count)
        {
            Load(offset, wanted);
        }

        return _buffer.AsSpan((int)(offset - _start), (int)(_start + _count - offset));
    }

    private void Load(long offset, int wanted)
    {
        var kept = 0;
        if (offset >= _start && offset < _start + _count)
        {
            kept = (int)(_start + _count - offset);
        }

        var target = _buffer;
        if (wanted > _buffer.Length)
        {
            target = new byte[Math.Max(wanted, Math.Min(_buffer.Length * 2, WalFormat.MaxPayloadBytes + BlockBytes))];
        }

        _buffer.AsSpan(kept == 0 ? 0 : (int)(offset - _start), kept).CopyTo(target);
        _buffer = target;
        var room = _buffer.AsSpan(kept, (int)Math.Min(_buffer.Length - kept, Length - offset - kept));
        Fill(offset + kept, room);
        _start = offset;
        _count = kept + room.Length;
        BlockRead?.Invoke(room.Length);
    }

    private void Fill(long offset, Span<byte> room)
    {
        try
        {
            // A file that shrinks while it is read gives less: the rest reads as zeros too.
            room[_file!.Read(offset, room)..].Clear();
        }
        catch (IOException error)
        {
            ReadError ??= error.Message;
            FillByPages(offset, room);
        }
    }

    private void FillByPages(long offset, Span<byte> room)
    {
        while (!room.IsEmpty)
        {
            var page = room[..Math.Min(PageBytes, room.Length)];
            try
            {
                if (_unreadablePages < MaxUnreadablePages)
                {
                    page[_file!.Read(offset, page)..].Clear();
                }
                else
                {
                    page.Clear();
                    UnreadableBytes += page.Length;
                }
            }
            catch (IOException)
            {
                // Counted, and reported by the reader with the first error's message.
                page.Clear();
                _unreadablePages++;
                UnreadableBytes += page.Length;
            }

            offset += page.Length;
            room = room[page.Length..];
        }
    }
}

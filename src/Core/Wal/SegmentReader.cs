namespace Metrics.Core.Wal;

/// <summary>
/// Goes through the records of one segment. After a damaged header it looks for the next valid one; a damaged payload
/// costs its own record only, since the header that gives its length is checked by itself.
/// </summary>
internal sealed class SegmentReader(SegmentWindow window, WalRecordHandler onRecord, WalRecovery recovery)
{
    private string _name = "";
    private long _number;
    private uint _seed;
    private bool _isLast;

    /// <summary>Bytes up to the end of the last good record; what is past them in a last segment is a torn tail.</summary>
    public long GoodBytes { get; private set; }

    /// <summary>Why the tail past <see cref="GoodBytes"/> is no record; null when there is none.</summary>
    public string? TornReason { get; private set; }

    /// <summary>Sets the reader on a segment whose file the window has open.</summary>
    /// <param name="name">The file's name, for reports.</param>
    /// <param name="number">Its number, for positions.</param>
    /// <param name="seedNumber">The number that its record headers were sealed for.</param>
    /// <param name="isLast">Whether a damaged end is a torn tail rather than a corruption.</param>
    public void Start(string name, long number, long seedNumber, bool isLast)
    {
        _name = name;
        _number = number;
        _seed = WalFormat.SeedOf(seedNumber);
        _isLast = isLast;
        TornReason = null;
        GoodBytes = 0;
    }

    /// <summary>Delivers every good record from an offset on.</summary>
    public void ReadFrom(long position)
    {
        GoodBytes = position;
        while (position < window.Length)
        {
            position = WalFormat.TryReadRecordHeader(window.At(position, WalFormat.RecordHeaderBytes), _seed, out var header)
                ? ReadRecord(position, header)
                : Skip(position, FindHeader(position + 1), "no valid record header");
        }
    }

    /// <summary>The offset of the first valid record header at or after one, or the end of the file.</summary>
    public long FindHeader(long from)
    {
        while (from + WalFormat.RecordHeaderBytes <= window.Length)
        {
            var bytes = window.At(from, WalFormat.RecordHeaderBytes);
            var at = bytes.IndexOf(WalFormat.RecordMagic);
            if (at < 0)
            {
                from += bytes.Length - (WalFormat.RecordMagic.Length - 1);
                continue;
            }

            from += at;
            if (WalFormat.TryReadRecordHeader(window.At(from, WalFormat.RecordHeaderBytes), _seed, out _))
            {
                return from;
            }

            from++;
        }

        return window.Length;
    }

    private long ReadRecord(long position, WalFormat.RecordHeader header)
    {
        var total = WalFormat.RecordHeaderBytes + header.PayloadBytes;
        var next = position + total;
        if (next > window.Length)
        {
            // What is left of this record is not searched: its payload may hold anything.
            return Skip(position, window.Length, $"the record is cut short: {window.Length - position} of {total} bytes");
        }

        var payload = window.At(position, total).Slice(WalFormat.RecordHeaderBytes, header.PayloadBytes);
        if (Crc32C.Compute(payload) != header.PayloadCrc)
        {
            if (next != window.Length
                && !WalFormat.TryReadRecordHeader(window.At(next, WalFormat.RecordHeaderBytes), _seed, out _))
            {
                next = FindHeader(position + WalFormat.RecordHeaderBytes);
            }

            return Skip(position, next, "the payload's checksum is wrong");
        }

        Deliver(header.Type, payload, position, total);
        GoodBytes = next;
        return next;
    }

    private void Deliver(byte type, ReadOnlySpan<byte> payload, long position, int total)
    {
        try
        {
            onRecord(type, payload, new(_number, position));
            recovery.Records++;
            recovery.Bytes += payload.Length;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            recovery.Add(new(_name, position, total, $"the record could not be applied: {error.Message}"));
        }
    }

    private long Skip(long from, long to, string reason)
    {
        if (_isLast && to == window.Length && window.UnreadableBytes == 0)
        {
            TornReason = reason;
        }
        else
        {
            recovery.Add(new(_name, from, to - from, reason));
        }

        return to;
    }
}

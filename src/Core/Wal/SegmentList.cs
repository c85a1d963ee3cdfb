using Metrics.Core.Files;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Wal;

/// <summary>The finished segments of a log, oldest first.</summary>
internal sealed class SegmentList(string directory, IFileSystem files, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly List<SegmentInfo> _segments = [];
    private long _bytes;

    public (int Count, long Bytes, long? Oldest) Totals
    {
        get
        {
            lock (_gate)
            {
                return (_segments.Count, _bytes, _segments.Count == 0 ? null : _segments[0].Number);
            }
        }
    }

    public IReadOnlyList<SegmentInfo> ToList()
    {
        lock (_gate)
        {
            return [.. _segments];
        }
    }

    public void Add(SegmentInfo segment)
    {
        lock (_gate)
        {
            _segments.Add(segment);
            _bytes += segment.Bytes;
        }
    }

    /// <summary>Deletes oldest first and stops at the first that cannot be deleted, so that no gap comes about.</summary>
    public void RemoveBefore(long number)
    {
        lock (_gate)
        {
            var removed = 0;
            while (removed < _segments.Count && _segments[removed].Number < number && TryDelete(_segments[removed]))
            {
                _bytes -= _segments[removed].Bytes;
                removed++;
            }

            _segments.RemoveRange(0, removed);
            if (removed > 0)
            {
                FlushDirectory(SegmentName.Of(number));
            }
        }
    }

    private void FlushDirectory(string upTo)
    {
        try
        {
            files.FlushDirectory(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // At worst a power cut brings removed segments back, to be replayed and removed again.
            WalLog.RemoveFailed(logger, error, upTo);
        }
    }

    private bool TryDelete(SegmentInfo segment)
    {
        var name = SegmentName.Of(segment.Number);
        try
        {
            files.Delete(Path.Combine(directory, name));
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            WalLog.RemoveFailed(logger, error, name);
            return false;
        }
    }
}

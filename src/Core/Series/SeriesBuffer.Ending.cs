using System.Diagnostics.CodeAnalysis;
using Metrics.Core.Model;

namespace Metrics.Core.Series;

/// <content>The end of a series that nothing is written to any more.</content>
public partial class SeriesBuffer
{
    /// <summary>Set once and for good: whoever still holds the buffer finds the successor by it.</summary>
    private SeriesKey? _endedAs;

    /// <summary>Whether the series has left the index: points for it go to its successor.</summary>
    public bool IsRetired => RetiredKey is not null;

    /// <summary>What it was, once the index does not know it any more.</summary>
    internal SeriesKey? RetiredKey => Volatile.Read(ref _endedAs);

    /// <summary>Whether it may be retired, as far as can be said without a lock.</summary>
    internal bool SeemsIdle(long idleSinceMs) =>
        _head.Count == 0 && _closedCount == 0 && _pending is null && _distributions is null && _newestDroppedMs < idleSinceMs;

    /// <summary>Ends it if it is empty and idle. Under the lock.</summary>
    private protected bool TryEnd(SeriesKey key, long idleSinceMs)
    {
        if (_endedAs is not null || !SeemsIdle(idleSinceMs))
        {
            return false;
        }

        Volatile.Write(ref _endedAs, key);
        return true;
    }

    [DoesNotReturn]
    private static void ThrowRetired() => throw new InvalidOperationException("The series has been retired; its successor takes the samples.");
}

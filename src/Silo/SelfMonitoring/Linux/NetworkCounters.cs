namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary>One line of <c>/proc/net/dev</c>.</summary>
internal static class NetworkCounters
{
    /// <summary>The interface and its bytes since boot; false for the two heading lines and for a line that is cut.</summary>
    public static bool TryParseLine(FieldReader line, out ReadOnlySpan<byte> name, out long received, out long sent)
    {
        received = sent = 0;

        // name: bytes packets errs drop fifo frame compressed multicast | bytes ...
        return line.TryReadUntil((byte)':', out name)
            && line.TryReadInt64(out received)
            && line.TrySkip(7)
            && line.TryReadInt64(out sent);
    }
}

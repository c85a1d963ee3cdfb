namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>Cuts a stream of bytes into lines in one buffer; a line that is too long is counted and passed over.</summary>
/// <param name="buffer">At least twice as long as a line may be.</param>
/// <param name="maxLineBytes">Bytes of a line.</param>
/// <param name="aggregator">Takes the lines.</param>
internal sealed class StatsDLineBuffer(byte[] buffer, int maxLineBytes, StatsDAggregator aggregator)
{
    private int _filled;
    private bool _skipping;

    /// <summary>Room for what comes next.</summary>
    public Memory<byte> Free => buffer.AsMemory(_filled);

    /// <summary>Hands over the lines that are complete now.</summary>
    public void Advance(int count)
    {
        var received = buffer.AsSpan(0, _filled + count);
        var start = 0;
        if (_skipping)
        {
            var end = received.IndexOf((byte)'\n');
            if (end < 0)
            {
                _filled = 0;
                return;
            }

            _skipping = false;
            start = end + 1;
        }

        var last = received.LastIndexOf((byte)'\n');
        if (last >= start)
        {
            aggregator.AddPacket(received[start..last]);
            start = last + 1;
        }

        var tail = received[start..];
        if (tail.Length > maxLineBytes)
        {
            aggregator.AddTooLongLine(tail);
            _skipping = true;
            tail = default;
        }

        tail.CopyTo(buffer);
        _filled = tail.Length;
    }

    /// <summary>Hands over a last line without a line feed.</summary>
    public void Complete()
    {
        if (_filled > 0)
        {
            aggregator.AddPacket(buffer.AsSpan(0, _filled));
            _filled = 0;
        }
    }
}

using System.Runtime.CompilerServices;

namespace Metrics.Core.Compression;

/// <summary>
/// Predicts the next timestamp from a grid that is tracked through the jitter (an alpha-beta filter). A plain
/// delta-of-delta sees three jitters in each residual; this sees little more than one. On an exactly regular
/// series every residual is zero. All arithmetic wraps, so any int64 sequence has residuals that decode exactly.
/// </summary>
internal struct TimestampPredictor
{
    private const int Fraction = 8;
    private const long Half = 1L << (Fraction - 1);

    // From Last to the next expected timestamp, and from one line of the grid to the next, in 1/256 ms.
    private long _step;
    private long _interval;

    public long Last;

    public readonly long Next
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Last + ((_step + Half) >> Fraction);
    }

    /// <summary>Takes a timestamp that came about where it was expected.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(long timestamp)
    {
        long error = ((timestamp - Last) << Fraction) - _step;
        _interval += error >> 6;
        _step = _interval - error + (error >> 2);
        Last = timestamp;
    }

    /// <summary>Takes a timestamp far from where it was expected: a gap moves the grid, a second one in a row its interval.</summary>
    public void Jump(long timestamp, bool again)
    {
        if (again)
        {
            _interval = (timestamp - Last) << Fraction;
        }

        _step = _interval;
        Last = timestamp;
    }
}

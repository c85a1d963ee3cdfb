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
    private const long FractionMask = (1L << Fraction) - 1;

    // From Last to the next expected timestamp, and from one line of the grid to the next, in 1/256 ms.
    private long _step;
    private long _interval;

    public long Last;

    public readonly long Next
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Last + ((_step + Half) >> Fraction);
    }

    /// <summary>Takes the timestamp that is <paramref name="residual"/> after <see cref="Next"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(long residual)
    {
        long rounded = _step + Half;
        Last += (rounded >> Fraction) + residual;
        // How far the timestamp is from where the grid had it, with the fraction that Next rounds away.
        long error = (residual << Fraction) + Half - (rounded & FractionMask);
        _interval += error >> 6;
        _step = _interval - error + (error >> 2);
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

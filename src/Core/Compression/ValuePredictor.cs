using System.Numerics;
using System.Runtime.CompilerServices;

namespace Metrics.Core.Compression;

/// <summary>
/// Predicts the next mapped value as the last one plus the mean step, which makes a counter's residual the deviation from its
/// rate. On a random walk the mean step stays near zero and costs nothing. All arithmetic wraps.
/// </summary>
internal struct ValuePredictor
{
    private const int Fraction = 8;
    private const long Half = 1L << (Fraction - 1);

    // The mean step in 1/256ths.
    private long _drift;

    public long Last;

    public readonly long Next
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Last + ((_drift + Half) >> Fraction);
    }

    /// <summary>Takes a value that came about where it was expected.</summary>
    /// <param name="mapped">The value as its form maps it.</param>
    /// <param name="count">Samples before it, at least 1: the mean is quick to learn at first.</param>
    /// <param name="driftMask">-1 to learn the mean step, 0 for forms in which a step has no steady meaning.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(long mapped, int count, long driftMask)
    {
        int shift = 1 + BitOperations.Log2((uint)Math.Min(count, 8));
        long error = ((mapped - Last) << Fraction) - _drift;
        _drift += (error >> shift) & driftMask;
        Last = mapped;
    }

    /// <summary>Takes a value far from where it was expected; the mean step does not follow an outlier.</summary>
    public void Jump(long mapped) => Last = mapped;

    /// <summary>Starts anew in another form.</summary>
    public void Restart(long mapped)
    {
        Last = mapped;
        _drift = 0;
    }
}

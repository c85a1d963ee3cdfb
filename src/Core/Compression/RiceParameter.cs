using System.Runtime.CompilerServices;

namespace Metrics.Core.Compression;

/// <summary>
/// The Rice parameter of one stream of residuals, learnt from the residuals already coded, so that it is never stored.
/// The level is the parameter in 1/128ths; it settles where quotients average a little under one, which is near the
/// optimum for Gaussian as well as geometric residuals.
/// </summary>
internal struct RiceParameter
{
    public const int Max = 60;

    private const int One = 128;
    private const int LevelMask = 0x1FFF;
    private const int OutlierFlag = 0x8000;

    // One half-word, because every live series holds two of these.
    private ushort _state;

    /// <summary>The state of a stream of which nothing is known: the first escape teaches it.</summary>
    public static RiceParameter Unlearned => new() { _state = OutlierFlag };

    public readonly int K
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (_state & LevelMask) >> 7;
    }

    /// <summary>True when residuals have been zero for so long that the parameter cannot fall further.</summary>
    public readonly bool IsLowest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (_state & LevelMask) == 0;
    }

    /// <summary>True when the residual before was an escape (or there was none).</summary>
    public readonly bool AfterOutlier => (_state & OutlierFlag) != 0;

    /// <summary>Learns from a residual that was coded with this quotient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Adapt(int quotient, bool isZero)
    {
        // An exact zero says more than a small residual: a stream that turns regular gets there fast.
        int level = (_state & LevelMask) + (8 * quotient) - (isZero ? 16 : 7);
        _state = (ushort)Math.Clamp(level, 0, Max * One);
    }

    /// <summary>Notes a residual of zero where <see cref="IsLowest"/> holds.</summary>
    public void AdaptLowest() => _state = 0;

    /// <summary>
    /// Learns from an escape. A single outlier moves the level little; a second one in a row means that the
    /// stream has changed, and takes the level to what the residual would have needed.
    /// </summary>
    /// <param name="bits">Bits of the residual.</param>
    /// <param name="maxRise">The most that the level may rise at once, in whole parameters.</param>
    public void Escape(int bits, int maxRise)
    {
        int level = _state & LevelMask;
        int wanted = Math.Min(bits - 1, Max) * One;
        int risen = AfterOutlier ? Math.Max(level, Math.Min(wanted, level + (maxRise * One))) : level + (One / 2);
        _state = (ushort)(Math.Min(risen, Max * One) | OutlierFlag);
    }
}

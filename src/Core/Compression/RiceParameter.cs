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
        get => ToK(Level);
    }

    /// <summary>True when the residual before was an escape (or there was none).</summary>
    public readonly bool AfterOutlier => (_state & OutlierFlag) != 0;

    /// <summary>The parameter in 1/128ths.</summary>
    public readonly int Level
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _state & LevelMask;
    }

    public static RiceParameter FromLevel(int level) => new() { _state = (ushort)level };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ToK(int level) => level >> 7;

    /// <summary>The level after a residual that was coded with this quotient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int NextLevel(int level, int quotient, ulong residual)
    {
        // An exact zero says more than a small residual: a stream that turns regular gets there fast. No branches
        // here and below: both ways are likely, so they would be mispredicted.
        int isNonZero = (int)((residual | (0 - residual)) >> 63);
        level += (8 * quotient) + (9 * isNonZero) - 16;
        level &= ~(level >> 31);
        return level > Max * One ? Max * One : level;
    }

    /// <summary>Learns from a residual that was coded with this quotient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Adapt(int quotient, ulong residual) => _state = (ushort)NextLevel(Level, quotient, residual);

    /// <summary>True when the residuals of both streams have been zero for so long that neither parameter can fall further.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreLowest(RiceParameter left, RiceParameter right) => ((left._state | right._state) & LevelMask) == 0;

    /// <summary>
    /// Learns from an escape. A single outlier moves the level little; a second one in a row means that the
    /// stream has changed, and takes the level to what the residual would have needed.
    /// </summary>
    /// <param name="bits">Bits of the residual.</param>
    /// <param name="maxRise">The most that the level may rise at once, in whole parameters.</param>
    public void Escape(int bits, int maxRise)
    {
        int level = Level;
        int wanted = Math.Min(bits - 1, Max) * One;
        int risen = AfterOutlier ? Math.Max(level, Math.Min(wanted, level + (maxRise * One))) : level + (One / 2);
        _state = (ushort)(Math.Min(risen, Max * One) | OutlierFlag);
    }
}

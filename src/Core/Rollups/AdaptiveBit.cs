namespace Metrics.Core.Rollups;

/// <summary>
/// The probability of a binary decision, learnt from those before: 12 bits of probability that it is zero, 4 bits of how many were seen,
/// so that the first ones teach more.
/// </summary>
internal struct AdaptiveBit
{
    public const int ProbabilityBits = 12;

    private const int MaxSeen = 14;
    private const int CountBits = 4;

    private ushort _state;

    public static AdaptiveBit Unknown => new() { _state = 1 << (ProbabilityBits - 1 + CountBits) };

    /// <summary>Of a zero, of 4096: never 0 and never all.</summary>
    public readonly uint ProbabilityOfZero => Math.Clamp((uint)_state >> CountBits, 24u, 4096u - 24u);

    public void Learn(int bit)
    {
        var seen = _state & ((1 << CountBits) - 1);
        var probability = _state >> CountBits;
        var target = 4095 & (bit - 1);
        probability += (target - probability) * Rate(seen) >> 8;
        _state = (ushort)((probability << CountBits) | Math.Min(seen + 1, MaxSeen));
    }

    // 256 / (seen + 2), and at the end a sixteenth.
    private static int Rate(int seen) => Rates[seen];

    private static ReadOnlySpan<byte> Rates => [128, 85, 64, 51, 42, 36, 32, 28, 25, 23, 21, 19, 18, 17, 16, 16];
}

namespace Metrics.Core.Rollups;

/// <summary>
/// The probabilities of the gaps between the groups of a distribution: learnt along the chunk, by where in the distribution the gap is and by
/// how wide it would be if what is left of the range were divided evenly.
/// </summary>
internal sealed class GroupModel
{
    private const int Places = 4;
    private const int Widths = 12;
    private const int LengthTree = 1 << LengthBits;
    private const int LongLengthTree = 1 << LongLengthBits;
    private const int TopTree = 1 << TopBits;

    /// <summary>Decisions on the length of a gap in bits; hardly any is longer.</summary>
    public const int LengthBits = 3;

    /// <summary>Stands for lengths from this one on, which are told by more decisions.</summary>
    public const int LongLength = LengthTree - 1;

    public const int LongLengthBits = 5;

    /// <summary>Longest gap, in bits.</summary>
    public const int MaxLength = LongLengthTree - 1;

    /// <summary>Bits below the highest one of a gap that are learnt.</summary>
    public const int TopBits = 2;

    private readonly AdaptiveBit[] _lengths = new AdaptiveBit[Places * Widths * LengthTree];
    private readonly AdaptiveBit[] _tops = new AdaptiveBit[LongLengthTree * TopTree];
    private readonly AdaptiveBit[] _longLengths = new AdaptiveBit[LongLengthTree];

    /// <summary>The means of the groups of the row that was read last.</summary>
    public double[] Means { get; } = new double[RankScheme.MaxGroups];

    public GroupModel() => Clear();

    public void Clear()
    {
        _lengths.AsSpan().Fill(AdaptiveBit.Unknown);
        _tops.AsSpan().Fill(AdaptiveBit.Unknown);
        _longLengths.AsSpan().Fill(AdaptiveBit.Unknown);
    }

    /// <summary>The tree of decisions on a length that is not short.</summary>
    public Span<AdaptiveBit> LongLengths => _longLengths;

    /// <summary>The tree of decisions on a gap's length in bits.</summary>
    /// <param name="group">The group at the upper end of the gap.</param>
    /// <param name="groups">Groups of the row.</param>
    /// <param name="left">What is left of the range.</param>
    public Span<AdaptiveBit> Lengths(int group, int groups, long left)
    {
        var place = group * Places / groups;
        var width = Math.Min(Widths - 1, BitLength((ulong)(2 * left / (groups - group))));
        return _lengths.AsSpan(((place * Widths) + width) * LengthTree, LengthTree);
    }

    /// <summary>The decisions on the two bits below the highest one of a gap.</summary>
    public Span<AdaptiveBit> Tops(int length) => _tops.AsSpan(length * TopTree, TopTree);

    public static int BitLength(ulong value) => 64 - System.Numerics.BitOperations.LeadingZeroCount(value);
}

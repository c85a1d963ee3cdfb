namespace Metrics.Core.Rollups;

/// <summary>Writes the distributions of one row after another.</summary>
internal sealed class GroupWriter
{
    private readonly GroupModel _model = new();
    private readonly RangeEncoder _encoder = new();

    public int Length => _encoder.Length;

    public void Clear()
    {
        _model.Clear();
        _encoder.Clear();
    }

    /// <param name="grid">Of the row.</param>
    /// <param name="means">Of its groups, ascending, the extremes among them.</param>
    public void Write(in ValueGrid grid, ReadOnlySpan<double> means)
    {
        var previous = 0L;
        for (var group = 1; group < means.Length - 1; group++)
        {
            var left = grid.Range - previous;
            if (left == 0)
            {
                return;
            }

            var index = Math.Max(previous, grid.IndexOf(means[group]));
            PutGap(_model.Lengths(group, means.Length, left), (ulong)(index - previous));
            previous = index;
        }
    }

    public ReadOnlySpan<byte> Finish() => _encoder.Finish();

    private void PutGap(Span<AdaptiveBit> lengths, ulong gap)
    {
        var length = GroupModel.BitLength(gap);
        _encoder.PutTree(lengths, Math.Min(length, GroupModel.LongLength), GroupModel.LengthBits);
        if (length >= GroupModel.LongLength)
        {
            _encoder.PutTree(_model.LongLengths, length, GroupModel.LongLengthBits);
        }

        var rest = length - 1;
        if (rest > 0)
        {
            var bits = Math.Min(rest, GroupModel.TopBits);
            rest -= bits;
            _encoder.PutTree(_model.Tops(length), (int)(gap >> rest) & ((1 << bits) - 1), bits);
        }

        for (; rest > 0; rest -= Math.Min(rest, 16))
        {
            var bits = Math.Min(rest, 16);
            _encoder.PutDirect((uint)(gap >> (rest - bits)) & ((1u << bits) - 1), bits);
        }
    }
}

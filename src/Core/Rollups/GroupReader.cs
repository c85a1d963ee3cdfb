namespace Metrics.Core.Rollups;

/// <summary>Reads what <see cref="GroupWriter"/> wrote.</summary>
internal ref struct GroupReader
{
    private readonly GroupModel _model;
    private RangeDecoder _decoder;

    public GroupReader(ReadOnlySpan<byte> source, GroupModel model)
    {
        _model = model;
        _decoder = new RangeDecoder(source);
    }

    /// <summary>Reads the means of a row's groups.</summary>
    /// <exception cref="InvalidDataException">The bytes end before.</exception>
    public void Read(in ValueGrid grid, scoped Span<double> means)
    {
        var previous = 0L;
        means[0] = grid.ValueOf(0);
        for (var group = 1; group < means.Length; group++)
        {
            var left = grid.Range - previous;
            if (left > 0 && group < means.Length - 1)
            {
                previous = (long)Math.Min((ulong)previous + TakeGap(_model.Lengths(group, means.Length, left)), (ulong)grid.Range);
            }

            means[group] = group == means.Length - 1 ? grid.ValueOf(grid.Range) : grid.ValueOf(previous);
        }

        if (_decoder.IsBeyondEnd)
        {
            throw new InvalidDataException("Not a rollup chunk: it ends within a distribution.");
        }
    }

    private ulong TakeGap(Span<AdaptiveBit> lengths)
    {
        var length = _decoder.TakeTree(lengths, GroupModel.LengthBits);
        if (length == GroupModel.LongLength)
        {
            length = _decoder.TakeTree(_model.LongLengths, GroupModel.LongLengthBits);
        }

        if (length == 0)
        {
            return 0;
        }

        var top = Math.Min(length - 1, GroupModel.TopBits);
        var gap = (1UL << top) | (uint)_decoder.TakeTree(_model.Tops(length), top);
        var rest = length - 1 - top;
        while (rest > 0)
        {
            var bits = Math.Min(rest, 16);
            gap = (gap << bits) | _decoder.TakeDirect(bits);
            rest -= bits;
        }

        return gap;
    }
}

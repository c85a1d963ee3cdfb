namespace Metrics.Core.Rollups;

/// <summary>Reads what <see cref="GroupWriter"/> wrote.</summary>
internal ref struct GroupReader
{
    private const int LengthBits = 5;

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
        var node = 1;
        for (var i = 0; i < LengthBits; i++)
        {
            node = (2 * node) + _decoder.Take(ref lengths[node]);
        }

        var length = node - (1 << LengthBits);
        if (length == 0)
        {
            return 0;
        }

        var tops = _model.Tops(length);
        ulong gap = 1;
        node = 1;
        var rest = length - 1;
        for (; rest > 0 && node < tops.Length; rest--)
        {
            var bit = _decoder.Take(ref tops[node]);
            node = (2 * node) + bit;
            gap = (2 * gap) + (ulong)bit;
        }

        while (rest > 0)
        {
            var bits = Math.Min(rest, 16);
            gap = (gap << bits) | _decoder.TakeDirect(bits);
            rest -= bits;
        }

        return gap;
    }
}

namespace Metrics.Core.Blocks;

internal sealed partial class SeriesTable
{
    /// <exception cref="InvalidDataException">The bytes are not a series index of so many series.</exception>
    public SeriesTable(ReadOnlySpan<byte> bytes, int series)
    {
        var source = new ByteSource(bytes);
        _symbols = new BlockSymbols(ref source);
        (_keySymbols, _valueStarts, _values) = ParseKeys(ref source);
        var shapes = source.Count("the number of shapes");
        (_shapeTenants, _shapeMetrics, _shapeWidths) = (new int[shapes], new int[shapes], new int[shapes]);
        _shapeStarts = new int[shapes + 1];
        var (fieldKeys, fieldBits) = (new List<int>(), new List<int>());
        for (var shape = 0; shape < shapes; shape++)
        {
            ParseShape(ref source, shape, fieldKeys, fieldBits);
        }

        (_fieldKeys, _fieldBits) = ([.. fieldKeys], [.. fieldBits]);
        var runs = source.Count("the number of runs");
        (_runShapes, _runRows, _runBits) = (new int[runs], new int[runs + 1], new long[runs]);
        var bits = 0L;
        for (var run = 0; run < runs; run++)
        {
            _runShapes[run] = source.Int32(shapes - 1, "the shape of a run");
            var rows = source.Int32(series - _runRows[run], "the series of a run");
            if (rows == 0)
            {
                throw source.Damaged("a run has no series");
            }

            _runRows[run + 1] = _runRows[run] + rows;
            _runBits[run] = bits;
            bits += (long)rows * _shapeWidths[_runShapes[run]];
        }

        Count = _runRows[runs];
        if (Count != series || (bits + 7) / 8 != source.Remaining)
        {
            throw source.Damaged($"{Count} series with {bits} bits are in {source.Remaining} bytes; there are to be {series} series");
        }

        _rows = new byte[source.Remaining + Padding];
        source.Take(source.Remaining).CopyTo(_rows);
        CheckNumbers(source);
    }

    private (int[] Symbols, int[] Starts, int[] Values) ParseKeys(ref ByteSource source)
    {
        var keys = source.Count("the number of tag keys");
        var (symbols, starts, values) = (new int[keys], new int[keys + 1], new List<int>());
        for (var key = 0; key < keys; key++)
        {
            symbols[key] = source.Int32(_symbols.Count - 1, "the symbol of a tag key");
            var count = source.Count("the number of values of a tag key");
            if ((key > 0 && symbols[key] <= symbols[key - 1]) || _symbols.IsEmpty(symbols[key]) || count == 0)
            {
                throw source.Damaged($"tag key {key} is out of order, empty, or without values");
            }

            var symbol = -1;
            for (var i = 0; i < count; i++)
            {
                symbol += 1 + source.Int32(_symbols.Count - symbol - 2, "the symbol of a tag value");
                if (_symbols.IsEmpty(symbol))
                {
                    throw source.Damaged("a tag value is empty");
                }

                values.Add(symbol);
            }

            starts[key + 1] = values.Count;
        }

        return (symbols, starts, [.. values]);
    }

    private void ParseShape(ref ByteSource source, int shape, List<int> fieldKeys, List<int> fieldBits)
    {
        _shapeTenants[shape] = source.Int32(_symbols.Count - 1, "the symbol of a tenant");
        _shapeMetrics[shape] = source.Int32(_symbols.Count - 1, "the symbol of a metric");
        if (_symbols.IsEmpty(_shapeMetrics[shape]))
        {
            throw source.Damaged("a metric is empty");
        }

        var fields = source.Count("the number of tags");
        var width = 0L;
        for (var i = 0; i < fields; i++)
        {
            var key = source.Int32(_keySymbols.Length - 1, "a tag key");
            if (i > 0 && string.CompareOrdinal(_symbols.TextOf(_keySymbols[fieldKeys[^1]]), _symbols.TextOf(_keySymbols[key])) >= 0)
            {
                throw source.Damaged("the tag keys of a series are out of order");
            }

            fieldKeys.Add(key);
            fieldBits.Add((int)width);
            width += BitsFor(_valueStarts[key + 1] - _valueStarts[key]);
            if (width > int.MaxValue)
            {
                throw source.Damaged("a series has too many tags");
            }
        }

        _shapeWidths[shape] = (int)width;
        _shapeStarts[shape + 1] = fieldKeys.Count;
    }

    /// <summary>A number that is no value's place must not be met later, in the middle of a query.</summary>
    private void CheckNumbers(in ByteSource source)
    {
        for (var run = 0; run < _runShapes.Length; run++)
        {
            var (shape, firstRow, endRow) = Run(run);
            var (start, end) = FieldsOf(shape);
            for (var field = start; field < end; field++)
            {
                var values = ValuesOf(_fieldKeys[field]).Length;
                var (bit, stride, mask) = Locate(run, field);
                if (values == mask + 1L)
                {
                    continue;
                }

                for (var row = firstRow; row < endRow; row++, bit += stride)
                {
                    if (Number(bit, mask) >= values)
                    {
                        throw source.Damaged($"series {row} has a tag value that is not there");
                    }
                }
            }
        }
    }
}

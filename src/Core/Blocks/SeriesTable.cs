using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Metrics.Core.Blocks;

/// <summary>
/// The series of a block in memory: arrays, and the rows as packed as they are in the file. Rows that follow one another with the same
/// tenant, metric and tag keys (a shape) are a run; a row is one number for each tag, its place among the values that the block has of the key.
/// </summary>
internal sealed partial class SeriesTable
{
    // Past the end of the rows, so that a read of 8 bytes stays within.
    private const int Padding = sizeof(ulong);

    private readonly BlockSymbols _symbols;
    private readonly int[] _keySymbols;
    private readonly int[] _valueStarts;
    private readonly int[] _values;
    private readonly int[] _shapeTenants;
    private readonly int[] _shapeMetrics;
    private readonly int[] _shapeStarts;
    private readonly int[] _fieldKeys;
    private readonly int[] _fieldBits;
    private readonly int[] _shapeWidths;
    private readonly int[] _runRows;
    private readonly int[] _runShapes;
    private readonly long[] _runBits;
    private readonly byte[] _rows;

    public BlockSymbols Symbols => _symbols;

    public int Count { get; }

    public int KeyCount => _keySymbols.Length;

    public int RunCount => _runShapes.Length;

    public long MemoryBytes =>
        _symbols.MemoryBytes + _rows.Length + (sizeof(long) * (long)_runBits.Length) + (sizeof(int) * ((long)_keySymbols.Length + _valueStarts.Length
            + _values.Length + (3L * _shapeTenants.Length) + _shapeStarts.Length + (2L * _fieldKeys.Length) + _runRows.Length + _runShapes.Length)) + 1024;

    /// <summary>Bits of a number below <paramref name="values"/>; none where there is only one.</summary>
    public static int BitsFor(int values) => values <= 1 ? 0 : 32 - BitOperations.LeadingZeroCount((uint)(values - 1));

    public int TenantOf(int shape) => _shapeTenants[shape];

    public int MetricOf(int shape) => _shapeMetrics[shape];

    /// <summary>The fields of a shape's rows.</summary>
    public (int Start, int End) FieldsOf(int shape) => (_shapeStarts[shape], _shapeStarts[shape + 1]);

    /// <summary>The number of a field's tag key.</summary>
    public int KeyOfField(int field) => _fieldKeys[field];

    public int SymbolOfKey(int key) => _keySymbols[key];

    /// <summary>The number of a tag key by its symbol, or -1.</summary>
    public int KeyOfSymbol(int symbol) => Array.BinarySearch(_keySymbols, symbol) is >= 0 and var key ? key : -1;

    /// <summary>The symbols of the values of a key, ascending.</summary>
    public ReadOnlySpan<int> ValuesOf(int key) => _values.AsSpan(_valueStarts[key].._valueStarts[key + 1]);

    /// <summary>The field of a shape that has a key, or -1.</summary>
    public int FieldOf(int shape, int key)
    {
        var (start, end) = FieldsOf(shape);
        var at = _fieldKeys.AsSpan(start, end - start).IndexOf(key);
        return at < 0 ? -1 : start + at;
    }

    public int RunOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
        var at = Array.BinarySearch(_runRows, row);
        return at >= 0 ? at : ~at - 1;
    }

    public (int Shape, int FirstRow, int EndRow) Run(int run) => (_runShapes[run], _runRows[run], _runRows[run + 1]);

    /// <summary>Where the number of a field is in a run's rows: bit of its first row, bits from row to row, mask.</summary>
    public (long First, int Stride, uint Mask) Locate(int run, int field)
    {
        var shape = _runShapes[run];
        var bits = BitsFor(ValuesOf(_fieldKeys[field]).Length);
        return (_runBits[run] + _fieldBits[field], _shapeWidths[shape], (uint)((1UL << bits) - 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Number(long bit, uint mask) =>
        (int)((uint)(BinaryPrimitives.ReadUInt64LittleEndian(_rows.AsSpan((int)(bit >> 3), sizeof(ulong))) >> (int)(bit & 7)) & mask);

    /// <summary>The symbol of the value that a row has in a field.</summary>
    public int ValueOf(int run, int row, int field)
    {
        var (first, stride, mask) = Locate(run, field);
        return ValuesOf(_fieldKeys[field])[Number(first + ((long)(row - _runRows[run]) * stride), mask)];
    }
}

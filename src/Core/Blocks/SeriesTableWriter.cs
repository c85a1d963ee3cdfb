using System.Text;
using Metrics.Core.Model;

namespace Metrics.Core.Blocks;

/// <summary>Collects the series of a block and writes its series index.</summary>
internal sealed class SeriesTableWriter
{
    private readonly Dictionary<string, Column> _columns = new(StringComparer.Ordinal);
    private readonly Dictionary<Shape, int> _shapeNumbers = [];
    private readonly List<Shape> _shapes = [];
    private readonly List<(int Shape, int Rows)> _runs = [];
    private readonly List<int> _values = [];

    public int Count { get; private set; }

    public void Add(SeriesKey key)
    {
        var columns = new Column[key.Tags.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            var (tag, value) = key.Tags[i];
            if (!_columns.TryGetValue(tag, out var column))
            {
                _columns.Add(tag, column = new Column(tag));
            }

            columns[i] = column;
            _values.Add(column.NumberOf(value));
        }

        var last = _runs.Count > 0 ? _runs[^1] : default;
        if (Count > 0 && _shapes[last.Shape].Is(key.Tenant, key.Metric, columns))
        {
            _runs[^1] = last with { Rows = last.Rows + 1 };
        }
        else
        {
            var shape = new Shape(key.Tenant, key.Metric, columns);
            if (!_shapeNumbers.TryGetValue(shape, out var number))
            {
                _shapeNumbers.Add(shape, number = _shapes.Count);
                _shapes.Add(shape);
            }

            _runs.Add((number, 1));
        }

        Count++;
    }

    public void Write(ByteSink sink)
    {
        var symbols = WriteSymbols(sink);
        var columns = _columns.Values.OrderBy(c => symbols[c.Key]).ToArray();
        sink.Varint(columns.Length);
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i].Write(sink, i, symbols);
        }

        sink.Varint(_shapes.Count);
        foreach (var shape in _shapes)
        {
            sink.Varint(symbols[shape.Tenant]);
            sink.Varint(symbols[shape.Metric]);
            sink.Varint(shape.Columns.Length);
            foreach (var column in shape.Columns)
            {
                sink.Varint(column.Index);
            }
        }

        sink.Varint(_runs.Count);
        foreach (var (shape, rows) in _runs)
        {
            sink.Varint(shape);
            sink.Varint(rows);
        }

        WriteRows(sink);
    }

    private Dictionary<string, int> WriteSymbols(ByteSink sink)
    {
        var texts = _columns.Values.SelectMany(static c => c.Texts.Append(c.Key))
            .Concat(_shapes.SelectMany(static s => (string[])[s.Tenant, s.Metric]))
            .Distinct(StringComparer.Ordinal)
            .Select(static text => (Text: text, Bytes: Encoding.UTF8.GetBytes(text)))
            .ToArray();
        Array.Sort(texts, static (a, b) => a.Bytes.AsSpan().SequenceCompareTo(b.Bytes));
        var numbers = new Dictionary<string, int>(texts.Length, StringComparer.Ordinal);
        var symbols = new ByteSink();
        byte[] previous = [];
        var (count, total) = (0, 0L);
        foreach (var (text, bytes) in texts)
        {
            // What is not text (half a surrogate pair) becomes the replacement character, and so may be there twice.
            if (count > 0 && bytes.AsSpan().SequenceEqual(previous))
            {
                numbers.Add(text, count - 1);
                continue;
            }

            numbers.Add(text, count++);
            total += bytes.Length;
            var shared = total > BlockSymbols.MostBytes(symbols.Length) ? 0 : bytes.AsSpan().CommonPrefixLength(previous);
            symbols.Varint(shared);
            symbols.Varint(bytes.Length - shared);
            symbols.Bytes(bytes.AsSpan(shared));
            previous = bytes;
        }

        sink.Varint(count);
        sink.Varint((ulong)total);
        sink.Bytes(symbols.Written);
        return numbers;
    }

    private void WriteRows(ByteSink sink)
    {
        var bits = _runs.Sum(r => (long)r.Rows * _shapes[r.Shape].Columns.Sum(static c => (long)c.Bits));
        var target = sink.Take(checked((int)((bits + 7) / 8)));
        target.Clear();
        var rows = new RowBits(target);
        var value = 0;
        foreach (var (shape, count) in _runs)
        {
            var columns = _shapes[shape].Columns;
            for (var row = 0; row < count; row++)
            {
                foreach (var column in columns)
                {
                    rows.Put((uint)column.Order[_values[value++]], column.Bits);
                }
            }
        }
    }

    /// <summary>Appends numbers of few bits, the least significant first.</summary>
    private ref struct RowBits(Span<byte> target)
    {
        private readonly Span<byte> _target = target;
        private long _position;

        public void Put(uint value, int bits)
        {
            for (var left = bits; left > 0;)
            {
                var used = (int)(_position & 7);
                var take = Math.Min(8 - used, left);
                _target[(int)(_position >> 3)] |= (byte)((value & ((1u << take) - 1)) << used);
                value >>= take;
                _position += take;
                left -= take;
            }
        }
    }

    /// <summary>A tag key and the values that its series have.</summary>
    private sealed class Column(string key)
    {
        private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

        public string Key { get; } = key;

        /// <summary>By first appearance.</summary>
        public List<string> Texts { get; } = [];

        public int Index { get; private set; }

        /// <summary>From the number by appearance to the place among the sorted values.</summary>
        public int[] Order { get; private set; } = [];

        public int Bits { get; private set; }

        public int NumberOf(string value)
        {
            if (!_numbers.TryGetValue(value, out var number))
            {
                _numbers.Add(value, number = Texts.Count);
                Texts.Add(value);
            }

            return number;
        }

        public void Write(ByteSink sink, int index, Dictionary<string, int> symbols)
        {
            Index = index;
            var sorted = Texts.Select(t => symbols[t]).Distinct().Order().ToArray();
            Order = [.. Texts.Select(t => Array.BinarySearch(sorted, symbols[t]))];
            Bits = SeriesTable.BitsFor(sorted.Length);
            sink.Varint(symbols[Key]);
            sink.Varint(sorted.Length);
            var previous = -1;
            foreach (var symbol in sorted)
            {
                sink.Varint(symbol - previous - 1);
                previous = symbol;
            }
        }
    }

    /// <summary>What series that differ in values alone have in common.</summary>
    private sealed class Shape(string tenant, string metric, Column[] columns) : IEquatable<Shape>
    {
        public string Tenant { get; } = tenant;

        public string Metric { get; } = metric;

        public Column[] Columns { get; } = columns;

        public bool Is(string tenant, string metric, Column[] columns) => Metric == metric && Tenant == tenant && Columns.AsSpan().SequenceEqual(columns);

        public bool Equals(Shape? other) => other is not null && Is(other.Tenant, other.Metric, other.Columns);

        public override bool Equals(object? obj) => Equals(obj as Shape);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Tenant);
            hash.Add(Metric);
            foreach (var column in Columns)
            {
                hash.Add(column);
            }

            return hash.ToHashCode();
        }
    }
}

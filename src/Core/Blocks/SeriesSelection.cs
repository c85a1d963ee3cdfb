using System.Buffers;
using Metrics.Core.Index;

namespace Metrics.Core.Blocks;

/// <summary>One selector at work on one block's series: every condition is asked once about each distinct value that it meets.</summary>
internal static class SeriesSelection
{
    private const byte Fails = 1;
    private const byte Passes = 2;

    public static void Collect(SeriesTable table, CompiledSelector selector, List<int> rows)
    {
        var metric = -1;
        if (selector.Metric is not null && (metric = table.Symbols.Find(selector.Metric)) < 0)
        {
            return;
        }

        var conditions = Array.ConvertAll(selector.Matchers, m => new Condition(table, m));
        try
        {
            for (var run = 0; run < table.RunCount; run++)
            {
                if (metric < 0 || table.MetricOf(table.Run(run).Shape) == metric)
                {
                    CollectRun(table, run, conditions, rows);
                }
            }
        }
        finally
        {
            foreach (var condition in conditions)
            {
                condition.Release();
            }
        }
    }

    private static void CollectRun(SeriesTable table, int run, Condition[] conditions, List<int> rows)
    {
        var (shape, firstRow, endRow) = table.Run(run);
        var start = -1;
        foreach (var condition in conditions)
        {
            var field = condition.Key < 0 ? -1 : table.FieldOf(shape, condition.Key);
            if (field < 0)
            {
                if (!condition.Matcher.AbsentPasses)
                {
                    rows.RemoveRange(start < 0 ? rows.Count : start, start < 0 ? 0 : rows.Count - start);
                    return;
                }

                continue;
            }

            var (bit, stride, mask) = table.Locate(run, field);
            if (start < 0)
            {
                start = rows.Count;
                for (var row = firstRow; row < endRow; row++, bit += stride)
                {
                    if (condition.Holds(table.Number(bit, mask)))
                    {
                        rows.Add(row);
                    }
                }

                continue;
            }

            var kept = start;
            for (var i = start; i < rows.Count; i++)
            {
                if (condition.Holds(table.Number(bit + ((long)(rows[i] - firstRow) * stride), mask)))
                {
                    rows[kept++] = rows[i];
                }
            }

            rows.RemoveRange(kept, rows.Count - kept);
        }

        for (var row = firstRow; start < 0 && row < endRow; row++)
        {
            rows.Add(row);
        }
    }

    /// <summary>A matcher and what it said of the values of its key.</summary>
    private sealed class Condition
    {
        private readonly SeriesTable _table;
        private byte[] _verdicts = [];

        public Condition(SeriesTable table, CompiledMatcher matcher)
        {
            _table = table;
            Matcher = matcher;
            Key = table.Symbols.Find(matcher.Key) is >= 0 and var symbol ? table.KeyOfSymbol(symbol) : -1;
            if (Key < 0)
            {
                return;
            }

            var values = table.ValuesOf(Key);
            _verdicts = ArrayPool<byte>.Shared.Rent(values.Length);
            var verdicts = _verdicts.AsSpan(0, values.Length);
            if (matcher.Values is null)
            {
                verdicts.Clear();
                return;
            }

            verdicts.Fill(matcher.Negated ? Passes : Fails);
            foreach (var value in matcher.Values)
            {
                if (table.Symbols.Find(value) is >= 0 and var listed && values.BinarySearch(listed) is >= 0 and var number)
                {
                    verdicts[number] = matcher.Negated ? Fails : Passes;
                }
            }
        }

        /// <summary>The number of the tag key; -1 when no series has it.</summary>
        public int Key { get; }

        public CompiledMatcher Matcher { get; }

        public bool Holds(int number)
        {
            var verdict = _verdicts[number];
            if (verdict == 0)
            {
                verdict = Matcher.Passes(_table.Symbols.TextOf(_table.ValuesOf(Key)[number])) ? Passes : Fails;
                _verdicts[number] = verdict;
            }

            return verdict == Passes;
        }

        public void Release()
        {
            ArrayPool<byte>.Shared.Return(_verdicts);
            _verdicts = [];
        }
    }
}

using System.Buffers;
using Metrics.Core.Series;

namespace Metrics.Core.Query.Reading;

/// <summary>Samples of one series from several places as one ascending run; at equal timestamps what was added last holds. Reused; not thread-safe.</summary>
internal sealed class SampleRuns : IDisposable
{
    private Run _merged = new();
    private Run _added = new();
    private Run _spare = new();

    public ReadOnlySpan<long> Timestamps => _merged.Timestamps.AsSpan(0, _merged.Count);

    public ReadOnlySpan<double> Values => _merged.Values.AsSpan(0, _merged.Count);

    public void Clear() => _merged.Count = 0;

    /// <summary>Adds a chunk's samples from one time to another but for deleted ones; they win over those added before.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a chunk.</exception>
    public void Add(ReadOnlySpan<byte> bytes, int samples, long fromMs, long toMs, List<(long FromMs, long ToMs)>? deleted)
    {
        _added.Reserve(samples);
        _added.Count = MergeReader.Merge(bytes, samples, default, fromMs, toMs, _added.Timestamps, _added.Values);
        if (deleted is not null)
        {
            foreach (var (from, to) in deleted)
            {
                _added.Remove(from, to);
            }
        }

        Merge();
    }

    /// <summary>Adds samples in ascending order; they win over those added before.</summary>
    public void Add(ReadOnlySpan<long> timestamps, ReadOnlySpan<double> values)
    {
        _added.Reserve(timestamps.Length);
        timestamps.CopyTo(_added.Timestamps);
        values.CopyTo(_added.Values);
        _added.Count = timestamps.Length;
        Merge();
    }

    public void Dispose()
    {
        _merged.Release();
        _added.Release();
        _spare.Release();
    }

    private void Merge()
    {
        var (old, add) = (_merged, _added);
        if (add.Count == 0)
        {
            return;
        }

        if (old.Count == 0)
        {
            (_merged, _added) = (add, old);
            return;
        }

        if (old.Timestamps[old.Count - 1] < add.Timestamps[0])
        {
            old.Append(add);
            return;
        }

        _spare.Reserve(old.Count + add.Count);
        int i = 0, j = 0, n = 0;
        while (i < old.Count || j < add.Count)
        {
            if (j == add.Count || (i < old.Count && old.Timestamps[i] < add.Timestamps[j]))
            {
                (_spare.Timestamps[n], _spare.Values[n++]) = (old.Timestamps[i], old.Values[i++]);
            }
            else
            {
                i += i < old.Count && old.Timestamps[i] == add.Timestamps[j] ? 1 : 0;
                (_spare.Timestamps[n], _spare.Values[n++]) = (add.Timestamps[j], add.Values[j++]);
            }
        }

        _spare.Count = n;
        (_merged, _spare) = (_spare, old);
    }

    private sealed class Run
    {
        public long[] Timestamps { get; private set; } = [];

        public double[] Values { get; private set; } = [];

        public int Count { get; set; }

        /// <summary>What is there is lost.</summary>
        public void Reserve(int count)
        {
            Count = 0;
            if (Timestamps.Length < count)
            {
                Release();
                Timestamps = ArrayPool<long>.Shared.Rent(count);
                Values = ArrayPool<double>.Shared.Rent(count);
            }
        }

        public void Append(Run other)
        {
            var count = Count + other.Count;
            if (Timestamps.Length < count || Values.Length < count)
            {
                var (timestamps, values) = (ArrayPool<long>.Shared.Rent(count * 2), ArrayPool<double>.Shared.Rent(count * 2));
                Timestamps.AsSpan(0, Count).CopyTo(timestamps);
                Values.AsSpan(0, Count).CopyTo(values);
                Release();
                (Timestamps, Values) = (timestamps, values);
            }

            other.Timestamps.AsSpan(0, other.Count).CopyTo(Timestamps.AsSpan(Count));
            other.Values.AsSpan(0, other.Count).CopyTo(Values.AsSpan(Count));
            Count += other.Count;
        }

        public void Remove(long fromMs, long toMs)
        {
            var first = IndexFrom(fromMs);
            var end = Math.Max(first, IndexFrom(toMs));
            Move(end, first, Count - end);
            Count -= end - first;
        }

        public void Release()
        {
            if (Timestamps.Length != 0)
            {
                ArrayPool<long>.Shared.Return(Timestamps);
                ArrayPool<double>.Shared.Return(Values);
            }

            Timestamps = [];
            Values = [];
        }

        private void Move(int from, int to, int count)
        {
            if (from != to)
            {
                Timestamps.AsSpan(from, count).CopyTo(Timestamps.AsSpan(to));
                Values.AsSpan(from, count).CopyTo(Values.AsSpan(to));
            }
        }

        private int IndexFrom(long timestampMs)
        {
            var index = Timestamps.AsSpan(0, Count).BinarySearch(timestampMs);
            return index < 0 ? ~index : index;
        }
    }
}

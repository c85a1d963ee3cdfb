using Metrics.Core.Blocks;
using Metrics.Core.Rollups;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>
/// The rollup rows of one series from several chunks: of each row the one of the newest block, without those that a deletion has cut.
/// Reused; not thread-safe.
/// </summary>
internal sealed class RowTable
{
    private readonly List<int> _order = [];
    private readonly List<Entry> _rows = [];
    private RollupRow[] _decoded = new RollupRow[256];

    public int Count => _rows.Count;

    public RollupRow this[int index] => _rows[index].Row;

    /// <summary>Reads the rows of a resolution that begin in a range.</summary>
    /// <param name="chunks">The chunks; those of other kinds are passed over.</param>
    /// <param name="lengthMs">Length of a row.</param>
    /// <param name="cuts">Rows that they touch are left out.</param>
    /// <param name="fromMs">Inclusive.</param>
    /// <param name="toMs">Exclusive.</param>
    /// <param name="onCut">Told of rows that are left out though a part of them is not deleted.</param>
    /// <exception cref="BlockDamagedException">A chunk's bytes are not rows.</exception>
    public void Load(SeriesChunks chunks, long lengthMs, IReadOnlyList<Cut> cuts, long fromMs, long toMs, Action<RollupRow>? onCut = null)
    {
        chunks.Sort(ChunkKind.Rollup, _order);
        Load(chunks, _order, lengthMs, cuts, fromMs, toMs, onCut);
    }

    /// <summary>The same for some of the chunks.</summary>
    public void Load(
        SeriesChunks chunks, IReadOnlyList<int> which, long lengthMs, IReadOnlyList<Cut> cuts, long fromMs, long toMs, Action<RollupRow>? onCut = null)
    {
        _rows.Clear();
        foreach (var index in which)
        {
            Decode(chunks, index, lengthMs);
            var sequence = chunks.Block(index).Sequence;
            for (var i = 0; i < chunks.Meta(index).Count; i++)
            {
                if (_decoded[i].StartMs >= fromMs && _decoded[i].StartMs < toMs)
                {
                    _rows.Add(new Entry(_decoded[i], sequence, index, i));
                }
            }
        }

        _rows.Sort(static (a, b) =>
        {
            var order = a.Row.StartMs.CompareTo(b.Row.StartMs);
            order = order != 0 ? order : b.Sequence.CompareTo(a.Sequence);
            return order != 0 ? order : b.Chunk.CompareTo(a.Chunk);
        });
        var kept = 0;
        for (var i = 0; i < _rows.Count; i++)
        {
            var row = _rows[i];
            if (i != 0 && _rows[i - 1].Row.StartMs == row.Row.StartMs)
            {
                // Superseded, but the place before must still be comparable.
                row = row with { Chunk = -1 };
            }
            else if (Cut.AnyTouches(cuts, row.Row.StartMs, row.Row.StartMs + lengthMs - 1, row.Sequence))
            {
                if (!IsWhole(cuts, row, lengthMs))
                {
                    onCut?.Invoke(row.Row);
                }

                row = row with { Chunk = -1 };
            }

            _rows[i] = row;
        }

        for (var i = 0; i < _rows.Count; i++)
        {
            if (_rows[i].Chunk >= 0)
            {
                _rows[kept++] = _rows[i];
            }
        }

        _rows.RemoveRange(kept, _rows.Count - kept);
    }

    /// <summary>The values of the rows that begin in a range.</summary>
    public double CountBetween(long fromMs, long toMs)
    {
        double count = 0;
        foreach (var entry in _rows)
        {
            count += entry.Row.StartMs >= fromMs && entry.Row.StartMs < toMs ? entry.Row.Count : 0;
        }

        return count;
    }

    /// <summary>The first row that begins at or after a time.</summary>
    public int IndexFrom(long startMs)
    {
        int low = 0, high = _rows.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_rows[middle].Row.StartMs < startMs)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Adds rows with their distributions to a builder of the same resolution or a coarser one.</summary>
    public void AddTo(RollupBuilder builder, SeriesChunks chunks, long lengthMs, int from, int to)
    {
        var index = -1;
        RollupReader reader = default;
        for (var i = from; i < to; i++)
        {
            var entry = _rows[i];
            if (entry.Chunk != index)
            {
                index = entry.Chunk;
                reader = new RollupReader(chunks.Bytes(index), chunks.Meta(index).Count, lengthMs);
            }

            builder.Add(entry.Row, ref reader, entry.Index);
        }
    }

    private void Decode(SeriesChunks chunks, int index, long lengthMs)
    {
        var count = chunks.Meta(index).Count;
        if (_decoded.Length < count)
        {
            _decoded = new RollupRow[count];
        }

        try
        {
            new RollupReader(chunks.Bytes(index), count, lengthMs).ReadRows(_decoded);
        }
        catch (InvalidDataException e)
        {
            throw new BlockDamagedException(chunks.Block(index).Name, $"the chunk at {chunks.Meta(index).Offset} cannot be decoded: {e.Message}");
        }
    }

    /// <summary>Whether nothing of the row is left.</summary>
    private static bool IsWhole(IReadOnlyList<Cut> cuts, in Entry row, long lengthMs)
    {
        foreach (var cut in cuts)
        {
            if (row.Sequence < cut.Sequence && cut.FromMs <= row.Row.StartMs && cut.ToMs >= row.Row.StartMs + lengthMs)
            {
                return true;
            }
        }

        return false;
    }

    private readonly record struct Entry(RollupRow Row, long Sequence, int Chunk, int Index);
}

using Metrics.Core.Blocks;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Query.Planning;
using Metrics.Core.Rollups;

namespace Metrics.Core.Query.Reading;

/// <summary>Rollup rows of one series from chunks that overlap: of rows with the same start the one that was added last holds. Reused; not thread-safe.</summary>
internal sealed class RowRuns
{
    private readonly List<Source> _sources = [];
    private readonly List<(long StartMs, int Source, int Index)> _order = [];
    private RollupRow[] _rows = new RollupRow[64];
    private int _used;

    public void Clear()
    {
        _sources.Clear();
        _used = 0;
    }

    /// <summary>Reads the figures of a chunk whose block is newer than those before.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a rollup chunk.</exception>
    public void Read(in ChunkRef chunk, in Stretch stretch)
    {
        ReadFigures(chunk);
        _sources.Add(new Source(chunk, stretch.Resolution.LengthMs(), _used));
        _used += chunk.Meta.Count;
    }

    /// <summary>Adds the windows of a stretch's rows that do not say what they grew by.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a rollup chunk.</exception>
    public void AddWithoutIncrease(in ChunkRef chunk, in Stretch stretch, List<(long FromMs, long ToMs)> into)
    {
        _used = 0;
        ReadFigures(chunk);
        var length = chunk.Use.Info.Resolution.LengthMs();
        foreach (ref readonly var row in _rows.AsSpan(0, chunk.Meta.Count))
        {
            if (double.IsNaN(row.Increase) && row.StartMs >= stretch.FromMs && row.StartMs < stretch.ToMs)
            {
                into.Add((
                    TimeAlign.Down(row.StartMs, Series.SeriesBuffer.WindowMs), TimeAlign.Up(row.StartMs + length, Series.SeriesBuffer.WindowMs)));
            }
        }
    }

    /// <summary>Gives the rows that start in a stretch to an accumulator.</summary>
    /// <param name="into">Takes them.</param>
    /// <param name="stretch">The stretch.</param>
    /// <param name="inOrder">Whether they have to come in order of time, which takes longer where chunks overlap.</param>
    /// <returns>Whether one of them does not say what it grew by.</returns>
    public bool GiveTo(GroupAccumulator into, in Stretch stretch, bool inOrder)
    {
        _order.Clear();
        if (_sources.Count > 1)
        {
            FindNewest();
        }

        var lacks = false;
        if (_sources.Count > 1 && inOrder)
        {
            foreach (var (_, source, index) in _order)
            {
                var reader = _sources[source].Reader();
                lacks |= Give(_sources[source], ref reader, index, into, stretch);
            }

            return lacks;
        }

        foreach (var source in _sources)
        {
            var reader = source.Reader();
            for (var i = 0; i < source.Chunk.Meta.Count; i++)
            {
                lacks |= Give(source, ref reader, i, into, stretch);
            }
        }

        return lacks;
    }

    /// <summary>Keeps the newest of rows with the same start, in order of time; the others count nothing from now on.</summary>
    private void FindNewest()
    {
        for (var i = 0; i < _sources.Count; i++)
        {
            for (var row = 0; row < _sources[i].Chunk.Meta.Count; row++)
            {
                _order.Add((_rows[_sources[i].FirstRow + row].StartMs, i, row));
            }
        }

        _order.Sort();
        var kept = 0;
        for (var i = 0; i < _order.Count; i++)
        {
            if (i + 1 == _order.Count || _order[i + 1].StartMs != _order[i].StartMs)
            {
                _order[kept++] = _order[i];
            }
            else
            {
                _rows[_sources[_order[i].Source].FirstRow + _order[i].Index].Count = 0;
            }
        }

        _order.RemoveRange(kept, _order.Count - kept);
    }

    private bool Give(in Source source, scoped ref RollupReader reader, int index, GroupAccumulator into, in Stretch stretch)
    {
        ref readonly var row = ref _rows[source.FirstRow + index];
        if (row.Count == 0 || row.StartMs < stretch.FromMs || row.StartMs >= stretch.ToMs || IsDeleted(source.Chunk.Deleted, row.StartMs))
        {
            return false;
        }

        into.Add(row, ref reader, index);
        return double.IsNaN(row.Increase);
    }

    private static bool IsDeleted(List<(long FromMs, long ToMs)>? deleted, long startMs) =>
        deleted is not null && deleted.Exists(d => startMs >= d.FromMs && startMs < d.ToMs);

    private void ReadFigures(in ChunkRef chunk)
    {
        var reader = new RollupReader(chunk.Bytes, chunk.Meta.Count, chunk.Use.Info.Resolution.LengthMs());
        if (_rows.Length < _used + chunk.Meta.Count)
        {
            Array.Resize(ref _rows, Math.Max(_used + chunk.Meta.Count, _rows.Length * 2));
        }

        reader.ReadRows(_rows.AsSpan(_used, chunk.Meta.Count));
    }

    private readonly record struct Source(ChunkRef Chunk, long LengthMs, int FirstRow)
    {
        public RollupReader Reader() => new(Chunk.Bytes, Chunk.Meta.Count, LengthMs);
    }
}

using Metrics.Core.Blocks;
using Metrics.Core.Query.Planning;
using Metrics.Core.Series;

namespace Metrics.Core.Query.Reading;

/// <summary>
/// Puts a series' chunks in order and decides how each gets into the answer. Chunks that overlap in time are decoded and merged; one that is
/// alone, whole in a bucket and untouched by deletions and late samples is answered by its aggregates.
/// </summary>
internal sealed class ChunkChooser(ReadRules rules)
{
    private int[] _order = [];
    private int[] _start = [];
    private int _used;

    public void Begin(int series, int chunks)
    {
        _used = 0;
        if (_start.Length <= series)
        {
            _start = new int[Math.Max(series + 1, _start.Length * 2)];
        }

        if (_order.Length < chunks)
        {
            _order = new int[Math.Max(chunks, _order.Length * 2)];
        }

        _start[0] = 0;
    }

    /// <summary>The chunks of a series of the batch in order, as indexes of the gatherer's.</summary>
    public ReadOnlySpan<int> OrderOf(int slot) => _order.AsSpan(_start[slot].._start[slot + 1]);

    /// <summary>The end of the chunks from an index of the order on that overlap: one after the first when it is alone.</summary>
    public static int ClusterEnd(ReadOnlySpan<ChunkRef> refs, ReadOnlySpan<int> order, int first)
    {
        ref readonly var chunk = ref refs[order[first]];
        var maxMs = chunk.Meta.MaxMs;
        var end = first + 1;
        for (; end < order.Length; end++)
        {
            ref readonly var next = ref refs[order[end]];
            if (next.Stretch != chunk.Stretch || next.Meta.Kind != chunk.Meta.Kind || next.Meta.MinMs > maxMs)
            {
                break;
            }

            maxMs = Math.Max(maxMs, next.Meta.MaxMs);
        }

        return end;
    }

    /// <summary>Decides for the next series of the batch.</summary>
    /// <param name="gatherer">Has the chunks.</param>
    /// <param name="slot">The series' place in the batch: one more than at the last call.</param>
    /// <param name="stretches">The plan.</param>
    /// <param name="unsealedMs">From here on memory may have late samples among the chunks'.</param>
    /// <param name="readRaw">Receives windows whose rows cannot be used because a part of them is deleted; null when they were read raw as far as they can be.</param>
    /// <returns>Bytes to be read.</returns>
    public long Choose(ChunkGatherer gatherer, int slot, PlannedStretch[] stretches, long unsealedMs, List<(long FromMs, long ToMs)>? readRaw)
    {
        var refs = gatherer.Refs;
        var start = _used;
        var isOrdered = true;
        for (var i = gatherer.FirstOf(slot); i >= 0; i = refs[i].Next)
        {
            if (Touch(ref refs[i], stretches[refs[i].Stretch].Stretch, readRaw))
            {
                isOrdered &= _used == start || ChunkRef.Compare(refs[_order[_used - 1]], refs[i]) < 0;
                _order[_used++] = i;
            }
        }

        _start[slot] = start;
        _start[slot + 1] = _used;
        if (!isOrdered)
        {
            Sort(gatherer, start, _used);
        }

        var order = OrderOf(slot);
        long bytes = 0;
        for (var first = 0; first < order.Length;)
        {
            var end = ClusterEnd(refs, order, first);
            if (end - first == 1 && IsAnsweredByAggregates(refs[order[first]], stretches, unsealedMs))
            {
                refs[order[first]].Mode = ReadMode.Aggregate;
            }
            else
            {
                for (var i = first; i < end; i++)
                {
                    refs[order[i]].Mode = ReadMode.Decode;
                    bytes += refs[order[i]].Meta.Length;
                }
            }

            first = end;
        }

        return bytes;
    }

    private void Sort(ChunkGatherer gatherer, int start, int end) => Array.Sort(
        _order, start, end - start, Comparer<int>.Create((a, b) => ChunkRef.Compare(gatherer.Refs[a], gatherer.Refs[b])));

    /// <summary>Looks at what is deleted of a chunk.</summary>
    /// <returns>Whether anything is left.</returns>
    private static bool Touch(ref ChunkRef chunk, in Stretch stretch, List<(long FromMs, long ToMs)>? readRaw)
    {
        if (chunk.Deleted is null)
        {
            return true;
        }

        var touches = false;
        List<(long, long)>? cutRows = null;
        foreach (var (from, to) in chunk.Deleted)
        {
            if (from <= chunk.Meta.MinMs && to > chunk.Meta.MaxMs)
            {
                return false;
            }

            if (from <= chunk.Meta.MaxMs && to > chunk.Meta.MinMs)
            {
                touches = true;
                if (chunk.Meta.Kind == ChunkKind.Rollup)
                {
                    AddCutRow(from, chunk.Meta, stretch, readRaw, ref cutRows);
                    AddCutRow(to, chunk.Meta, stretch, readRaw, ref cutRows);
                }
            }
        }

        chunk.Deleted = !touches ? null : cutRows is null ? chunk.Deleted : [.. chunk.Deleted, .. cutRows];
        return true;
    }

    /// <summary>A row that is deleted in part is never used: its samples are, or nothing of it where none are left.</summary>
    private static void AddCutRow(
        long edgeMs, in ChunkMeta meta, in Stretch stretch, List<(long FromMs, long ToMs)>? readRaw, ref List<(long FromMs, long ToMs)>? cutRows)
    {
        var length = stretch.Resolution.LengthMs();
        var row = TimeAlign.Down(edgeMs, length);
        if (edgeMs <= meta.MinMs || edgeMs > meta.MaxMs || row == edgeMs || row < stretch.FromMs || row >= stretch.ToMs)
        {
            return;
        }

        if (readRaw is null)
        {
            (cutRows ??= []).Add((row, row + length));
        }
        else
        {
            var window = SeriesBuffer.WindowOf(edgeMs);
            readRaw.Add((window, window + SeriesBuffer.WindowMs));
        }
    }

    private bool IsAnsweredByAggregates(in ChunkRef chunk, PlannedStretch[] stretches, long unsealedMs)
    {
        if (!rules.TakesAggregates || chunk.Deleted is not null)
        {
            return false;
        }

        var stretch = stretches[chunk.Stretch].Stretch;
        if (chunk.Meta.Kind == ChunkKind.Rollup)
        {
            // Rows belong to where they start.
            var lastStartMs = chunk.Meta.MaxMs + 1 - stretch.Resolution.LengthMs();
            return chunk.Meta.MinMs >= stretch.FromMs && lastStartMs < stretch.ToMs && rules.BucketEndOf(chunk.Meta.MinMs) > lastStartMs;
        }

        return chunk.Meta.MinMs >= stretch.FromMs
            && chunk.Meta.MaxMs < stretch.ToMs
            && chunk.Meta.MaxMs < unsealedMs
            && rules.BucketEndOf(chunk.Meta.MinMs) > chunk.Meta.MaxMs;
    }
}

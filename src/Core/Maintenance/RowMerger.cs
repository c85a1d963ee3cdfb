using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Merging;
using Metrics.Core.Model;
using Metrics.Core.Rollups;

namespace Metrics.Core.Maintenance;

/// <summary>
/// The rollup chunks of one series from several blocks as chunks of one block. Rows of which a deletion took a part are made anew from
/// the samples; where those are not all there any more, the whole row goes. Not thread-safe.
/// </summary>
internal sealed class RowMerger : IDisposable
{
    private const int TinyRows = 64;
    private const int JoinedRows = 512;

    private static readonly BlockInfo Made = new("", Resolution.Minute, 0, 0, 0, 0, 0, 0, 0, long.MaxValue, true, 0);

    private readonly long _lengthMs;
    private readonly OpenBlocks _samples;
    private readonly RollupBuilder _builder;
    private readonly RowTable _rows = new();
    private readonly RowTable _madeRows = new();
    private readonly RawFeed _feed = new();
    private readonly SeriesChunks _raw = new();
    private readonly SeriesChunks _made = new();
    private readonly Dictionary<long, double> _counts = [];
    private readonly List<RollupRow> _cut = [];
    private readonly List<int> _order = [];
    private readonly List<int> _group = [];

    private RowMerger(long lengthMs, OpenBlocks samples) => (_lengthMs, _samples, _builder) = (lengthMs, samples, new RollupBuilder(lengthMs));

    public static async ValueTask<RowMerger> OpenAsync(
        MaintenanceContext context, ShardWork work, ShardCatalog catalog, Stretch stretch, Cuts cuts, CancellationToken cancellation)
    {
        var raw = cuts.Any
            ? catalog.Blocks.Where(b => b.Resolution == Resolution.Raw && b.FromMs < stretch.ToMs && b.ToMs > stretch.FromMs)
            : [];
        return new RowMerger(stretch.Resolution.LengthMs(), await OpenBlocks.OpenAsync(context, work, raw, cancellation));
    }

    public async ValueTask RunAsync(SeriesKey key, SeriesChunks chunks, IReadOnlyList<Cut> cuts, ChunkSink sink, CancellationToken cancellation)
    {
        _cut.Clear();
        _made.Clear();
        if (cuts.Count != 0)
        {
            _rows.Load(chunks, _lengthMs, cuts, long.MinValue, long.MaxValue, _cut.Add);
            foreach (var row in _cut)
            {
                await _samples.ReplaceAsync(key.Id, row.StartMs, row.StartMs + _lengthMs, _raw, cancellation);
                Remake(row, cuts);
            }
        }

        chunks.Sort(ChunkKind.Rollup, _order);
        if (_made.Count != 0)
        {
            _madeRows.Load(_made, _lengthMs, [], long.MinValue, long.MaxValue);
            Write(chunks, _order, cuts, sink);
            return;
        }

        for (var next = 0; next < _order.Count;)
        {
            next = TakeGroup(chunks, next);
            var meta = chunks.Meta(_group[0]);
            if (_group.Count == 1 && !Cut.AnyTouches(cuts, meta.MinMs, meta.MaxMs, chunks.Block(_group[0]).Sequence))
            {
                sink(meta, chunks.Bytes(_group[0]));
            }
            else
            {
                _madeRows.Load(_made, _lengthMs, [], 0, 0);
                Write(chunks, _group, cuts, sink);
            }
        }
    }

    public void Dispose() => _samples.Dispose();

    /// <summary>The row without what was deleted, if all that it once counted is still there.</summary>
    private void Remake(in RollupRow row, IReadOnlyList<Cut> cuts)
    {
        _feed.CountRows(_raw, [], _lengthMs, row.StartMs, row.StartMs + _lengthMs, null, _counts);
        if (WindowRollup.IsComplete(row.Count, _counts.GetValueOrDefault(row.StartMs)))
        {
            _feed.AddTo(_builder, _raw, cuts, row.StartMs, row.StartMs + _lengthMs);
            _builder.Finish((in ChunkMeta meta, ReadOnlySpan<byte> bytes) => _made.Add(meta, Made, bytes));
        }
    }

    private void Write(SeriesChunks chunks, List<int> which, IReadOnlyList<Cut> cuts, ChunkSink sink)
    {
        _rows.Load(chunks, which, _lengthMs, cuts, long.MinValue, long.MaxValue);
        var next = 0;
        for (var i = 0; i < _madeRows.Count; i++)
        {
            var before = _rows.IndexFrom(_madeRows[i].StartMs);
            _rows.AddTo(_builder, chunks, _lengthMs, next, before);
            _madeRows.AddTo(_builder, _made, _lengthMs, i, i + 1);
            next = before;
        }

        _rows.AddTo(_builder, chunks, _lengthMs, next, _rows.Count);
        _builder.Finish((in ChunkMeta meta, ReadOnlySpan<byte> bytes) => sink(meta, bytes));
    }

    /// <summary>Chunks that overlap, or small neighbours.</summary>
    private int TakeGroup(SeriesChunks chunks, int from)
    {
        _group.Clear();
        var endMs = long.MinValue;
        var rows = 0;
        var to = from;
        while (to < _order.Count)
        {
            var meta = chunks.Meta(_order[to]);
            var overlaps = meta.MinMs <= endMs;
            var isSmall = meta.Count < TinyRows && rows + meta.Count <= JoinedRows;
            if (to != from && !overlaps && !(isSmall && IsSmall(chunks)))
            {
                break;
            }

            _group.Add(_order[to++]);
            endMs = Math.Max(endMs, meta.MaxMs);
            rows += meta.Count;
        }

        return to;
    }

    private bool IsSmall(SeriesChunks chunks) => _group.TrueForAll(i => chunks.Meta(i).Count < TinyRows);
}

using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Merging;
using Metrics.Core.Model;
using Metrics.Core.Rollups;

namespace Metrics.Core.Maintenance;

/// <summary>The rollup chunks of one series from several blocks as chunks of one block. Not thread-safe.</summary>
internal sealed class RowMerger : IDisposable
{
    private const int TinyRows = 64;
    private const int JoinedRows = 512;

    private readonly long _lengthMs;
    private readonly OpenBlocks _samples;
    private readonly CutRows _cutRows;
    private readonly RollupBuilder _builder;
    private readonly RowTable _rows = new();
    private readonly List<int> _order = [];
    private readonly List<int> _group = [];

    private RowMerger(long lengthMs, OpenBlocks samples) =>
        (_lengthMs, _samples, _cutRows, _builder) = (lengthMs, samples, new CutRows(lengthMs, samples), new RollupBuilder(lengthMs));

    public static async ValueTask<RowMerger> OpenAsync(
        MaintenanceContext context, ShardWork work, ShardCatalog catalog, Stretch stretch, Cuts cuts, CancellationToken cancellation) =>
        new(stretch.Resolution.LengthMs(), await OpenBlocks.OpenSamplesAsync(context, work, catalog, stretch.FromMs, stretch.ToMs, cuts, cancellation));

    public async ValueTask RunAsync(SeriesKey key, SeriesChunks chunks, IReadOnlyList<Cut> cuts, ChunkSink sink, CancellationToken cancellation)
    {
        await _cutRows.MakeAsync(key, chunks, cuts, cancellation);
        chunks.Sort(ChunkKind.Rollup, _order);
        if (_cutRows.Any)
        {
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
                Write(chunks, _group, cuts, sink);
            }
        }
    }

    public void Dispose() => _samples.Dispose();

    private void Write(SeriesChunks chunks, List<int> which, IReadOnlyList<Cut> cuts, ChunkSink sink)
    {
        _rows.Load(chunks, which, _lengthMs, cuts, long.MinValue, long.MaxValue);
        _cutRows.AddWith(_rows, chunks, _builder);
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
            if (to != from && !overlaps && !(isSmall && _group.TrueForAll(i => chunks.Meta(i).Count < TinyRows)))
            {
                break;
            }

            _group.Add(_order[to++]);
            endMs = Math.Max(endMs, meta.MaxMs);
            rows += meta.Count;
        }

        return to;
    }
}

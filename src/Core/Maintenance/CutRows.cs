using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Merging;
using Metrics.Core.Model;
using Metrics.Core.Rollups;

namespace Metrics.Core.Maintenance;

/// <summary>
/// Rows of one series of which a deletion took a part, made anew from the samples that are left. Where not all samples are there that the row
/// once counted, the whole row goes. Not thread-safe.
/// </summary>
internal sealed class CutRows(long lengthMs, OpenBlocks samples)
{
    private static readonly BlockInfo Made = new("", Resolution.Minute, 0, 0, 0, 0, 0, 0, 0, long.MaxValue, true, 0);

    private readonly RollupBuilder _builder = new(lengthMs);
    private readonly RowTable _rows = new();
    private readonly RawFeed _feed = new();
    private readonly SeriesChunks _raw = new();
    private readonly SeriesChunks _made = new();
    private readonly Dictionary<long, double> _counts = [];
    private readonly List<RollupRow> _cut = [];

    /// <summary>Whether there are any, of the series that was looked at last.</summary>
    public bool Any => _rows.Count != 0;

    /// <summary>Finds the rows that are cut in part, and makes them anew.</summary>
    public async ValueTask MakeAsync(SeriesKey key, SeriesChunks chunks, IReadOnlyList<Cut> cuts, CancellationToken cancellation)
    {
        _cut.Clear();
        _made.Clear();
        if (cuts.Count != 0)
        {
            _rows.Load(chunks, lengthMs, cuts, long.MinValue, long.MaxValue, _cut.Add);
            foreach (var row in _cut)
            {
                await samples.ReplaceAsync(key.Id, row.StartMs, row.StartMs + lengthMs, _raw, cancellation);
                Make(row, cuts);
            }
        }

        _rows.Load(_made, lengthMs, [], long.MinValue, long.MaxValue);
    }

    /// <summary>Adds rows to a builder, and the rows that were made anew in their places among them.</summary>
    public void AddWith(RowTable rows, SeriesChunks chunks, RollupBuilder builder)
    {
        var next = 0;
        for (var i = 0; i < _rows.Count; i++)
        {
            var before = rows.IndexFrom(_rows[i].StartMs);
            rows.AddTo(builder, chunks, lengthMs, next, before);
            _rows.AddTo(builder, _made, lengthMs, i, i + 1);
            next = before;
        }

        rows.AddTo(builder, chunks, lengthMs, next, rows.Count);
    }

    private void Make(in RollupRow row, IReadOnlyList<Cut> cuts)
    {
        _feed.CountRows(_raw, [], lengthMs, row.StartMs, row.StartMs + lengthMs, null, _counts);
        if (WindowRollup.IsComplete(row.Count, _counts.GetValueOrDefault(row.StartMs)))
        {
            _feed.AddTo(_builder, _raw, cuts, row.StartMs, row.StartMs + lengthMs);
            _builder.Finish((in ChunkMeta meta, ReadOnlySpan<byte> bytes) => _made.Add(meta, Made, bytes));
        }
    }
}

using Metrics.Core.Blocks;
using Metrics.Core.Compression;

namespace Metrics.Core.Rollups;

/// <summary>Encodes rows as chunks: docs/formats/rollup.md.</summary>
internal sealed class RollupChunkWriter(long lengthMs)
{
    private const int MaxHeader = 1 + 10 + 5;

    private readonly GroupWriter _groups = new();
    private readonly double[] _coarse = new double[RankScheme.MaxGroups];
    private byte[] _figures = new byte[4096];
    private byte[] _chunk = new byte[4096];
    private FigureModel _model;

    public void Write(ReadOnlySpan<FinishedRow> rows, double[] arena, RollupChunkHandler onChunk)
    {
        while (!rows.IsEmpty)
        {
            var written = WriteOne(rows[..Math.Min(rows.Length, RollupFormat.MaxRows)], arena, onChunk);
            rows = rows[written..];
        }
    }

    private int WriteOne(ReadOnlySpan<FinishedRow> rows, double[] arena, RollupChunkHandler onChunk)
    {
        var form = FormChoice.For(rows, arena);
        _groups.Clear();
        _model = default;
        var position = 0;
        var count = 0;
        var previous = RollupFormat.BucketOf(rows[0].Figures.Row.StartMs, lengthMs);
        foreach (ref readonly var row in rows)
        {
            var used = BitWriter.BytesFor(position);
            if (used + _groups.Length >= RollupFormat.TargetBytes)
            {
                break;
            }

            if (used + FigureWriter.MaxRowBytes > _figures.Length)
            {
                Array.Resize(ref _figures, 2 * _figures.Length);
            }

            var figures = row.Figures;
            var mapped = default(MappedRow);
            var points = row.Points(arena);
            figures.Kind = FigureWriter.Choose(form, figures, points, ref mapped);
            var bucket = RollupFormat.BucketOf(figures.Row.StartMs, lengthMs);
            var bits = new BitWriter(_figures, position);
            FigureWriter.Write(ref bits, ref _model, form, bucket - previous, figures, points, mapped);
            position = bits.Position;
            previous = bucket;
            if (figures.HasGroups)
            {
                var grid = new ValueGrid(form, figures.FiniteMin, figures.FiniteMax, figures.FiniteCount);
                _groups.Write(grid, Divided(grid, figures.FiniteCount, row.Means(arena)));
            }

            count++;
        }

        Emit(form, rows[..count], _figures.AsSpan(0, BitWriter.BytesFor(position)), onChunk);
        return count;
    }

    private ReadOnlySpan<double> Divided(in ValueGrid grid, double count, ReadOnlySpan<double> means) => grid.IsNarrow
        ? _coarse.AsSpan(0, RankScheme.For(count).ToCoarse(means, _coarse))
        : means;

    private void Emit(int form, ReadOnlySpan<FinishedRow> rows, ReadOnlySpan<byte> figures, RollupChunkHandler onChunk)
    {
        var groups = _groups.Finish();
        var size = MaxHeader + figures.Length + groups.Length;
        if (size > _chunk.Length)
        {
            _chunk = new byte[Math.Max(size, 2 * _chunk.Length)];
        }

        var first = RollupFormat.BucketOf(rows[0].Figures.Row.StartMs, lengthMs);
        var length = 0;
        _chunk[length++] = (byte)((RollupFormat.Version << RollupFormat.FormBits) | form);
        PutVarint(ref length, ZigZag.Encode(first));
        PutVarint(ref length, (ulong)figures.Length);
        figures.CopyTo(_chunk.AsSpan(length));
        length += figures.Length;
        groups.CopyTo(_chunk.AsSpan(length));
        length += groups.Length;
        var aggregates = AggregatesOf(rows);
        var meta = new ChunkMeta(
            ChunkKind.Rollup,
            rows[0].Figures.Row.StartMs,
            rows[^1].Figures.Row.StartMs + lengthMs - 1,
            rows.Length,
            aggregates,
            Offset: 0,
            length,
            Crc: 0);
        onChunk(meta, _chunk.AsSpan(0, length));
    }

    private static ChunkAggregates AggregatesOf(ReadOnlySpan<FinishedRow> rows)
    {
        double count = 0, sum = 0, min = double.PositiveInfinity, max = double.NegativeInfinity;
        foreach (ref readonly var finished in rows)
        {
            ref readonly var row = ref finished.Figures.Row;
            count += row.Count;
            sum += row.Sum;
            min = Math.Min(min, row.Min);
            max = Math.Max(max, row.Max);
        }

        ref readonly var last = ref rows[^1].Figures.Row;
        return new ChunkAggregates(count, sum, min, max, last.Last, last.LastMs);
    }

    private void PutVarint(ref int length, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _chunk[length++] = (byte)(value | 0x80);
        }

        _chunk[length++] = (byte)value;
    }
}

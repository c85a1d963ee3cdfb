using Metrics.Core.Blocks;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Query.Planning;
using Metrics.Core.Series;
using Metrics.Core.Sketches;

namespace Metrics.Core.Query.Reading;

/// <summary>Turns the chunks of one series after the other, whose bytes have been read, into what an accumulator takes. Reused; not thread-safe.</summary>
internal sealed class SeriesDecoder(BlockReadContext context, ReadRules rules) : IDisposable
{
    private readonly SampleRuns _samples = new();
    private readonly RowRuns _rows = new();
    private readonly SortedDictionary<long, byte[]> _distributions = [];
    private readonly List<(long TimestampMs, byte[] Serialized)> _read = [];
    private readonly List<PartKey> _parts = [];

    /// <summary>Looks whether the rows of a series say what they grew by.</summary>
    /// <param name="gatherer">Has the chunks.</param>
    /// <param name="order">Those of the series.</param>
    /// <param name="stretches">The plan.</param>
    /// <param name="readRaw">Receives windows of rows that do not.</param>
    public void FindRowsWithoutIncrease(
        ChunkGatherer gatherer, ReadOnlySpan<int> order, PlannedStretch[] stretches, List<(long FromMs, long ToMs)> readRaw)
    {
        foreach (var i in order)
        {
            ref var chunk = ref gatherer.Refs[i];
            if (chunk.Meta.Kind == ChunkKind.Rollup && chunk.Mode == ReadMode.Decode && stretches[chunk.Stretch].Stretch.IsExact)
            {
                try
                {
                    _rows.AddWithoutIncrease(chunk, stretches[chunk.Stretch].Stretch, readRaw);
                }
                catch (InvalidDataException e)
                {
                    Fail(ref chunk, e);
                }
            }
        }
    }

    /// <summary>Gives a series' chunks to an accumulator, in order of time.</summary>
    /// <param name="gatherer">Has the chunks.</param>
    /// <param name="order">Those of the series.</param>
    /// <param name="stretches">The plan.</param>
    /// <param name="series">The series.</param>
    /// <param name="into">Takes it all.</param>
    public void Decode(ChunkGatherer gatherer, ReadOnlySpan<int> order, PlannedStretch[] stretches, in ScanSeries series, GroupAccumulator into)
    {
        _parts.Clear();
        var at = 0;
        for (var i = 0; i < stretches.Length; i++)
        {
            var end = at;
            while (end < order.Length && gatherer.Refs[order[end]].Stretch == i)
            {
                end++;
            }

            var late = series.Live is not null && series.UnsealedMs < stretches[i].Stretch.ToMs && stretches[i].Stretch.Resolution == Resolution.Raw;
            if (end != at || late)
            {
                DecodeStretch(gatherer.Refs, order[at..end], stretches[i].Stretch, late ? series : default, into);
            }

            at = end;
        }
    }

    public void Dispose() => _samples.Dispose();

    private void DecodeStretch(Span<ChunkRef> refs, ReadOnlySpan<int> order, in Stretch stretch, in ScanSeries late, GroupAccumulator into)
    {
        // By kind, in the order of the kinds: samples, distributions, rows.
        var samples = 0;
        while (samples < order.Length && refs[order[samples]].Meta.Kind == ChunkKind.Samples)
        {
            samples++;
        }

        var distributions = samples;
        while (distributions < order.Length && refs[order[distributions]].Meta.Kind == ChunkKind.Distributions)
        {
            distributions++;
        }

        if (late.Live is null)
        {
            DecodeSamples(refs, order[..samples], stretch, into);
        }
        else
        {
            DecodeLate(refs, order[..samples], stretch, late, into);
        }

        DecodeDistributions(refs, order[samples..distributions], stretch, late, into);
        DecodeRows(refs, order[distributions..], stretch, into);
    }

    private void DecodeSamples(Span<ChunkRef> refs, ReadOnlySpan<int> order, in Stretch stretch, GroupAccumulator into)
    {
        for (var first = 0; first < order.Length;)
        {
            var end = ChunkChooser.ClusterEnd(refs, order, first);
            _samples.Clear();
            AddBySequence(refs, order[first..end], stretch, into);
            into.Add(_samples.Timestamps, _samples.Values);
            first = end;
        }
    }

    /// <summary>Chunks that overlap, the newest block's last; or one, which may do with its aggregates.</summary>
    private void AddBySequence(Span<ChunkRef> refs, ReadOnlySpan<int> cluster, in Stretch stretch, GroupAccumulator into)
    {
        if (cluster.Length == 1)
        {
            Add(ref refs[cluster[0]], stretch, into);
            return;
        }

        foreach (var i in BySequence(refs, cluster))
        {
            Add(ref refs[i], stretch, into);
        }
    }

    private void Add(ref ChunkRef chunk, in Stretch stretch, GroupAccumulator into)
    {
        if (chunk.Mode == ReadMode.Aggregate)
        {
            Count(chunk, stretch);
            into.Add(chunk.Meta.MinMs, chunk.Meta.Aggregates);
        }
        else if (chunk.Mode == ReadMode.Decode)
        {
            Count(chunk, stretch);
            try
            {
                _samples.Add(chunk.Bytes, chunk.Meta.Count, stretch.FromMs, stretch.ToMs, chunk.Deleted);
            }
            catch (InvalidDataException e)
            {
                Fail(ref chunk, e);
            }
        }
    }

    private void DecodeLate(Span<ChunkRef> refs, ReadOnlySpan<int> order, in Stretch stretch, in ScanSeries late, GroupAccumulator into)
    {
        // All of the stretch at once: late samples are few, and so are the series that have any.
        _samples.Clear();
        foreach (var i in BySequence(refs, order))
        {
            Add(ref refs[i], stretch, into);
        }

        // What is older is in the blocks, and some of it is answered by aggregates that know nothing of memory.
        var scratch = ReadScratch.Rent();
        var next = Math.Max(stretch.FromMs, late.UnsealedMs);
        int read;
        while ((read = late.Live!.Read(ref next, stretch.ToMs, scratch.Timestamps, scratch.Values)) != 0)
        {
            CountMemory(stretch, read);
            _samples.Add(scratch.Timestamps.AsSpan(0, read), scratch.Values.AsSpan(0, read));
        }

        into.Add(_samples.Timestamps, _samples.Values);
    }

    private void DecodeDistributions(Span<ChunkRef> refs, ReadOnlySpan<int> order, in Stretch stretch, in ScanSeries late, GroupAccumulator into)
    {
        if (order.IsEmpty && late.Live is null)
        {
            return;
        }

        _distributions.Clear();
        foreach (var i in BySequence(refs, order))
        {
            ref var chunk = ref refs[i];
            if (chunk.Mode == ReadMode.Skip)
            {
                continue;
            }

            Count(chunk, stretch);
            if (chunk.Mode == ReadMode.Aggregate)
            {
                into.AddDistributions(chunk.Meta.MinMs, chunk.Meta.Aggregates);
                continue;
            }

            _read.Clear();
            try
            {
                DistributionChunk.Read(chunk.Bytes, chunk.Meta.Count, _read);
            }
            catch (InvalidDataException e)
            {
                Fail(ref chunk, e);
            }

            foreach (var (timestampMs, serialized) in _read)
            {
                if (timestampMs >= stretch.FromMs && timestampMs < stretch.ToMs && !IsDeleted(chunk.Deleted, timestampMs))
                {
                    _distributions[timestampMs] = serialized;
                }
            }
        }

        if (late.Live is not null)
        {
            _read.Clear();
            late.Live.ReadDistributions(Math.Max(stretch.FromMs, late.UnsealedMs), stretch.ToMs, _read);
            foreach (var (timestampMs, serialized) in _read)
            {
                _distributions[timestampMs] = serialized;
            }
        }

        foreach (var (timestampMs, serialized) in _distributions)
        {
            if (TDigest.TryRead(serialized, out var digest))
            {
                into.Add(timestampMs, digest!);
            }
        }
    }

    private void DecodeRows(Span<ChunkRef> refs, ReadOnlySpan<int> order, in Stretch stretch, GroupAccumulator into)
    {
        for (var first = 0; first < order.Length;)
        {
            var end = ChunkChooser.ClusterEnd(refs, order, first);
            _rows.Clear();
            foreach (var i in BySequence(refs, order[first..end]))
            {
                ref var chunk = ref refs[i];
                if (chunk.Mode == ReadMode.Skip)
                {
                    continue;
                }

                Count(chunk, stretch);
                if (!stretch.IsExact)
                {
                    context.Report.AddWarning($"parts of the range are left in rows of {stretch.Resolution.Name()} only; each counts whole where it starts");
                }

                if (chunk.Mode == ReadMode.Aggregate)
                {
                    into.Add(chunk.Meta.MinMs, chunk.Meta.Aggregates);
                }
                else
                {
                    try
                    {
                        _rows.Read(chunk, stretch);
                    }
                    catch (InvalidDataException e)
                    {
                        Fail(ref chunk, e);
                    }
                }
            }

            if (_rows.GiveTo(into, stretch, rules.NeedsIncrease) && rules.NeedsIncrease)
            {
                context.Report.AddWarning("the increase of some series is estimated from the last values of rows, because they fall too often and their samples are gone");
            }

            first = end;
        }
    }

    private static ReadOnlySpan<int> BySequence(Span<ChunkRef> refs, ReadOnlySpan<int> cluster)
    {
        if (cluster.Length < 2)
        {
            return cluster;
        }

        // Insertion: clusters are small, and mostly in order.
        var ordered = cluster.ToArray();
        for (var i = 1; i < ordered.Length; i++)
        {
            var chunk = ordered[i];
            var sequence = refs[chunk].Use.Info.Sequence;
            var j = i;
            for (; j > 0 && refs[ordered[j - 1]].Use.Info.Sequence > sequence; j--)
            {
                ordered[j] = ordered[j - 1];
            }

            ordered[j] = chunk;
        }

        return ordered;
    }

    private static bool IsDeleted(List<(long FromMs, long ToMs)>? deleted, long timestampMs) =>
        deleted is not null && deleted.Exists(d => timestampMs >= d.FromMs && timestampMs < d.ToMs);

    /// <summary>The checksum was right and the bytes are no chunk all the same.</summary>
    private static void Fail(ref ChunkRef chunk, InvalidDataException e)
    {
        chunk.Use.Fail(e);
        chunk.Mode = ReadMode.Skip;
    }

    private void Count(in ChunkRef chunk, in Stretch stretch)
    {
        var decoded = chunk.Mode == ReadMode.Decode;
        if (decoded)
        {
            context.Budget.TakeSamples(chunk.Meta.Count);
        }

        if (!context.Explains)
        {
            return;
        }

        var key = new PartKey(stretch.FromMs, stretch.ToMs, chunk.Use.Tier, stretch.Resolution);
        var part = PartOf(key);
        part.Blocks += chunk.Use.IsFirstIn(key) ? 1 : 0;
        if (!decoded)
        {
            part.ChunksByAggregates++;
            return;
        }

        part.Chunks++;
        part.Bytes += chunk.Meta.Length;
        part.Samples += chunk.Meta.Kind == ChunkKind.Rollup ? 0 : chunk.Meta.Count;
        part.Rows += chunk.Meta.Kind == ChunkKind.Rollup ? chunk.Meta.Count : 0;
    }

    private void CountMemory(in Stretch stretch, int samples)
    {
        context.Budget.TakeSamples(samples);
        if (context.Explains)
        {
            PartOf(new PartKey(stretch.FromMs, stretch.ToMs, BlockTier.Hot, Resolution.Raw)).Samples += samples;
        }
    }

    private PartFigures PartOf(in PartKey key)
    {
        var part = context.Report.Part(key);
        if (!_parts.Contains(key))
        {
            _parts.Add(key);
            part.Series++;
        }

        return part;
    }
}

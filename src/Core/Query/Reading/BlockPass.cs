using Metrics.Core.Query.Planning;

namespace Metrics.Core.Query.Reading;

/// <summary>
/// Reads series of one shard before the hot border, a batch at a time so that its memory is bounded. Series whose rollups cannot be used
/// everywhere (late samples, a deletion that cuts a row, rows without their increase) are read again one by one, raw where need be.
/// </summary>
internal sealed class BlockPass : IDisposable
{
    /// <summary>Chunks of one batch, about: 160 bytes each.</summary>
    private const int ChunksPerBatch = 16_384;

    private const int SeriesPerBatch = 1024;

    /// <summary>Plans of a series, each with more of it read raw: by day, hour, minute, and for deletions.</summary>
    private const int LastAttempt = 6;

    private const long BytesPerFetch = 8 * 1024 * 1024;

    private readonly ShardScan _scan;
    private readonly ReadRules _rules;
    private readonly ChunkGatherer _gatherer;
    private readonly ChunkChooser _chooser;
    private readonly ChunkFetcher _fetcher;
    private readonly SeriesDecoder _decoder;
    private readonly List<(long FromMs, long ToMs)> _windows = [];
    private readonly List<int> _batch = [];
    private readonly List<(int Series, IntervalSet Raw, int Attempt)> _again = [];
    private IntervalSet _known = IntervalSet.Empty;
    private int _attempt;
    private long[] _bytes = [];
    private IntervalSet?[] _raw = [];

    public BlockPass(ShardScan scan, BlockReadContext context, ReadRules rules)
    {
        _scan = scan;
        _rules = rules;
        _gatherer = new ChunkGatherer(scan, context);
        _chooser = new ChunkChooser(rules);
        _fetcher = new ChunkFetcher(context);
        _decoder = new SeriesDecoder(context, rules);
    }

    /// <summary>Whether rows that do not do are used all the same: what was to be read raw is not there raw.</summary>
    private bool IsLast => _attempt == LastAttempt;

    /// <param name="series">Series of one class, by their numbers in the scan.</param>
    /// <param name="stretches">The plan of that class.</param>
    /// <param name="replan">Plans the range anew with windows that are to be read raw.</param>
    /// <param name="consumer">Takes what is read.</param>
    public async ValueTask ReadAsync(
        IReadOnlyList<int> series, PlannedStretch[] stretches, Func<IntervalSet, PlannedStretch[]> replan, SeriesConsumer consumer)
    {
        var batchSize = BatchSize(stretches);
        for (var from = 0; from < series.Count; from += batchSize)
        {
            _batch.Clear();
            _again.Clear();
            for (var i = from; i < Math.Min(series.Count, from + batchSize); i++)
            {
                if (_scan.LateWindows.TryGetValue(series[i], out var late) && !AreRead(stretches, late))
                {
                    _again.Add((series[i], late, 1));
                }
                else
                {
                    _batch.Add(series[i]);
                }
            }

            _attempt = 0;
            await ReadBatchAsync(stretches, consumer);
            for (var i = 0; i < _again.Count; i++)
            {
                (var one, _known, _attempt) = _again[i];
                _known = _known.Union(_scan.LateWindows.GetValueOrDefault(one, IntervalSet.Empty));
                _batch.Clear();
                _batch.Add(one);
                await ReadBatchAsync(replan(_known), consumer);
            }

            _known = IntervalSet.Empty;
        }
    }

    public void Dispose() => _decoder.Dispose();

    /// <summary>Whether raw stretches cover all of some windows.</summary>
    private static bool AreRead(PlannedStretch[] stretches, IntervalSet windows)
    {
        foreach (var (stretch, _) in stretches)
        {
            if (stretch.Resolution == Blocks.Resolution.Raw)
            {
                windows = windows.Subtract(IntervalSet.Of(stretch.FromMs, stretch.ToMs));
            }
        }

        return windows.IsEmpty;
    }

    /// <summary>Two-hour windows that a chunk of a series spans, at least.</summary>
    private static int WindowsPerChunk(Blocks.Resolution resolution) => resolution switch
    {
        Blocks.Resolution.Raw or Blocks.Resolution.Minute => 1,
        Blocks.Resolution.Hour => 12,
        _ => 360,
    };

    private static int BatchSize(PlannedStretch[] stretches)
    {
        double chunks = 1;
        foreach (var (stretch, blocks) in stretches)
        {
            foreach (var use in blocks)
            {
                // Raw chunks are a window long at most; those of rollups longer.
                var length = Math.Min(stretch.ToMs, use.Info.MaxMs) - Math.Max(stretch.FromMs, use.Info.MinMs);
                chunks += 1 + Math.Max((double)length / (Series.SeriesBuffer.WindowMs * WindowsPerChunk(stretch.Resolution)), 0);
            }
        }

        return (int)Math.Clamp(ChunksPerBatch / chunks, 1, SeriesPerBatch);
    }

    private async ValueTask ReadBatchAsync(PlannedStretch[] stretches, SeriesConsumer consumer)
    {
        if (_batch.Count == 0)
        {
            return;
        }

        await _gatherer.GatherAsync(_batch, stretches);
        Choose(stretches);
        for (var from = 0; from < _batch.Count;)
        {
            var to = from;
            for (long bytes = 0; to < _batch.Count && (to == from || bytes + _bytes[to] <= BytesPerFetch); to++)
            {
                bytes += _bytes[to];
            }

            try
            {
                await _fetcher.FetchAsync(_gatherer, from, to);
                Decode(from, to, stretches, consumer);
            }
            finally
            {
                _fetcher.Release();
            }

            from = to;
        }
    }

    private void Choose(PlannedStretch[] stretches)
    {
        if (_bytes.Length < _batch.Count)
        {
            _bytes = new long[_batch.Count];
            _raw = new IntervalSet?[_batch.Count];
        }

        _chooser.Begin(_batch.Count, _gatherer.Count);
        for (var slot = 0; slot < _batch.Count; slot++)
        {
            _windows.Clear();
            _raw[slot] = null;
            _bytes[slot] = _chooser.Choose(_gatherer, slot, stretches, _scan.Series[_batch[slot]].UnsealedMs, IsLast ? null : _windows);
            if (_windows.Count != 0)
            {
                _raw[slot] = IntervalSet.Union(_windows);
                _bytes[slot] = 0;
                foreach (var i in _chooser.OrderOf(slot))
                {
                    _gatherer.Refs[i].Mode = ReadMode.Skip;
                }
            }
        }
    }

    private void Decode(int from, int to, PlannedStretch[] stretches, SeriesConsumer consumer)
    {
        for (var slot = from; slot < to; slot++)
        {
            var order = _chooser.OrderOf(slot);
            if (_rules.NeedsIncrease && !IsLast && _raw[slot] is null)
            {
                _windows.Clear();
                _decoder.FindRowsWithoutIncrease(_gatherer, order, stretches, _windows);
                _raw[slot] = _windows.Count == 0 ? null : IntervalSet.Union(_windows);
            }

            if (_raw[slot] is { } raw)
            {
                // Finer rows may turn out not to do where coarser ones did; without anything new, raw data is not there.
                var isNew = !raw.Subtract(_known).IsEmpty;
                _again.Add((_batch[slot], raw.Union(_known), isNew ? _attempt + 1 : LastAttempt));
                continue;
            }

            var accumulator = consumer.Begin(_batch[slot]);
            _decoder.Decode(_gatherer, order, stretches, _scan.Series[_batch[slot]], accumulator);
            consumer.End(_batch[slot]);
        }
    }
}

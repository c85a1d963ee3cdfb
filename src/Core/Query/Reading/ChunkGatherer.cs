using Metrics.Core.Blocks;

namespace Metrics.Core.Query.Reading;

/// <summary>Finds the chunks that a batch of series has in the stretches of a plan.</summary>
internal sealed class ChunkGatherer(ShardScan scan, BlockReadContext context)
{
    private readonly List<Lookup> _lookups = [];
    private readonly PendingReads _pending = new();
    private ChunkRef[] _refs = new ChunkRef[64];
    private int[] _first = [];
    private int[] _last = [];

    public int Count { get; private set; }

    public Span<ChunkRef> Refs => _refs.AsSpan(0, Count);

    /// <summary>The first chunk of a series of the batch, or -1; they are linked in the order of stretches and blocks.</summary>
    public int FirstOf(int slot) => _first[slot];

    public async ValueTask GatherAsync(IReadOnlyList<int> series, PlannedStretch[] stretches)
    {
        Refs.Clear();
        Count = 0;
        if (_first.Length < series.Count)
        {
            _first = new int[series.Count];
            _last = new int[series.Count];
        }

        _first.AsSpan(0, series.Count).Fill(-1);
        var used = 0;
        for (var i = 0; i < stretches.Length; i++)
        {
            foreach (var use in stretches[i].Blocks)
            {
                if (use.Failure is not null || !await use.OpenAsync(context.Cancellation))
                {
                    continue;
                }

                if (used == _lookups.Count)
                {
                    _lookups.Add(new Lookup());
                }

                if (_lookups[used].Prepare(scan, series, use, i))
                {
                    await _pending.AddAsync(_lookups[used++].ReadAsync(stretches[i], context.Cancellation));
                }
            }
        }

        await _pending.WaitAsync();
        for (var i = 0; i < used; i++)
        {
            Append(_lookups[i]);
        }

        context.Budget.TakeSamples(0);
    }

    private void Append(Lookup lookup)
    {
        if (Count + lookup.Chunks.Count > _refs.Length)
        {
            Array.Resize(ref _refs, Math.Max(Count + lookup.Chunks.Count, _refs.Length * 2));
        }

        var at = 0;
        var row = -1;
        List<(long, long)>? deleted = null;
        foreach (var (chunkRow, meta) in lookup.Chunks)
        {
            while (lookup.Rows[at] != chunkRow)
            {
                at++;
            }

            if (row != chunkRow)
            {
                row = chunkRow;
                deleted = lookup.Use.DeletedOf(row);
            }

            var slot = lookup.Slots[at];
            _refs[Count] = new ChunkRef { Slot = slot, Next = -1, Stretch = lookup.Stretch, Use = lookup.Use, Meta = meta, Deleted = deleted };
            if (_first[slot] < 0)
            {
                _first[slot] = Count;
            }
            else
            {
                _refs[_last[slot]].Next = Count;
            }

            _last[slot] = Count++;
        }
    }

    /// <summary>The chunks of the batch in one block and stretch.</summary>
    private sealed class Lookup
    {
        private int[] _rows = [];
        private int[] _slots = [];
        private int _count;

        public List<(int Row, ChunkMeta Chunk)> Chunks { get; } = [];

        public ReadOnlySpan<int> Rows => _rows.AsSpan(0, _count);

        public ReadOnlySpan<int> Slots => _slots.AsSpan(0, _count);

        public BlockUse Use { get; private set; } = null!;

        public int Stretch { get; private set; }

        /// <returns>Whether any series of the batch is in the block.</returns>
        public bool Prepare(ShardScan scan, IReadOnlyList<int> series, BlockUse use, int stretch)
        {
            (Use, Stretch, _count) = (use, stretch, 0);
            Chunks.Clear();
            if (_rows.Length < series.Count)
            {
                _rows = new int[series.Count];
                _slots = new int[series.Count];
            }

            var isAscending = true;
            for (var slot = 0; slot < series.Count; slot++)
            {
                var row = use.RowOfSeries(series[slot], scan.Series[series[slot]].Id);
                if (row >= 0)
                {
                    isAscending &= _count == 0 || row > _rows[_count - 1];
                    _rows[_count] = row;
                    _slots[_count++] = slot;
                }
            }

            if (!isAscending)
            {
                Array.Sort(_rows, _slots, 0, _count);
            }

            return _count != 0;
        }

        public async ValueTask ReadAsync(PlannedStretch stretch, CancellationToken cancellation)
        {
            try
            {
                await Use.Reader.ReadChunksAsync(
                    Use.File, new ArraySegment<int>(_rows, 0, _count), stretch.Stretch.FromMs, stretch.Stretch.ToMs, Chunks, cancellation);
            }
            catch (Exception e) when (BlockUse.IsFailure(e))
            {
                Chunks.Clear();
                Use.Fail(e);
            }
        }
    }
}

using System.Runtime.InteropServices;
using Metrics.Core.Ingestion;
using Metrics.Core.Model;
using Metrics.Core.Sketches;

namespace Metrics.Gateway.Tests.Ingestion;

/// <summary>A writer that keeps what is written in memory, with the refusals of the real one.</summary>
internal sealed class FakeSampleWriter : ISampleWriter
{
    private readonly Lock _gate = new();
    private readonly Dictionary<WireKey, SeriesKey> _known = [];
    private readonly HashSet<SeriesId> _series = [];
    private readonly List<WrittenPoint> _points = [];

    public bool Unavailable { get; set; }

    public int MaxSeries { get; set; } = int.MaxValue;

    public long OldestMs { get; set; } = long.MinValue;

    public long NewestMs { get; set; } = long.MaxValue;

    /// <summary>Times that a series had to be parsed.</summary>
    public int SlowAdds { get; private set; }

    public IReadOnlyList<WrittenPoint> Points
    {
        get
        {
            lock (_gate)
            {
                return [.. _points];
            }
        }
    }

    public ISampleBatch CreateBatch() => new Batch(this);

    public ValueTask WriteAsync(ISampleBatch batch, CancellationToken cancellationToken = default)
    {
        if (Unavailable)
        {
            throw new WriteUnavailableException("The disk is full.");
        }

        lock (_gate)
        {
            _points.AddRange(((Batch)batch).Points);
        }

        return ValueTask.CompletedTask;
    }

    internal sealed record WrittenPoint(SeriesKey Series, long TimestampMs, double Value, TDigest? Distribution = null);

    private sealed class Batch(FakeSampleWriter writer) : ISampleBatch
    {
        public List<WrittenPoint> Points { get; } = [];

        public int Count => Points.Count;

        public AddResult Add(WireKey wireKey, long timestampMs, double value)
        {
            lock (writer._gate)
            {
                return writer._known.TryGetValue(wireKey, out var series)
                    ? Take(new(series, timestampMs, value))
                    : AddResult.UnknownSeries;
            }
        }

        public AddResult Add(WireKey wireKey, SeriesKey series, long timestampMs, double value) =>
            AddNew(wireKey, new(series, timestampMs, value));

        public AddResult Add(WireKey wireKey, SeriesKey series, long timestampMs, TDigest distribution) =>
            AddNew(wireKey, new(series, timestampMs, distribution.Sum, distribution));

        public FieldProblem Describe(AddResult result) => result switch
        {
            AddResult.TooOld => new("timestamp", "is too old"),
            AddResult.TooFarAhead => new("timestamp", "is too far ahead"),
            _ => new("tags", "would make a new series, and there are as many as there may be"),
        };

        public void Dispose() => Points.Clear();

        private AddResult AddNew(WireKey wireKey, WrittenPoint point)
        {
            lock (writer._gate)
            {
                writer.SlowAdds++;
                if (!writer._series.Contains(point.Series.Id) && writer._series.Count >= writer.MaxSeries)
                {
                    return AddResult.TooManySeries;
                }

                writer._series.Add(point.Series.Id);
                CollectionsMarshal.GetValueRefOrAddDefault(writer._known, wireKey, out _) = point.Series;
                return Take(point);
            }
        }

        private AddResult Take(WrittenPoint point)
        {
            if (point.TimestampMs < writer.OldestMs)
            {
                return AddResult.TooOld;
            }

            if (point.TimestampMs > writer.NewestMs)
            {
                return AddResult.TooFarAhead;
            }

            Points.Add(point);
            return AddResult.Added;
        }
    }
}

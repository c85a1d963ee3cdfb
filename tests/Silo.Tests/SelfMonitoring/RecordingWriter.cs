using System.Collections.Concurrent;
using Metrics.Core.Ingestion;
using Metrics.Core.Model;
using Metrics.Core.Sketches;

namespace Metrics.Silo.Tests.SelfMonitoring;

/// <summary>Keeps what is written, as a plain list; it meets series by wire key as the real one does.</summary>
internal sealed class RecordingWriter : ISampleWriter
{
    private readonly ConcurrentDictionary<WireKey, SeriesKey> _met = [];

    public ConcurrentQueue<IReadOnlyList<(SeriesKey Series, long TimestampMs, double Value)>> Batches { get; } = [];

    /// <summary>Thrown by each write until it is null.</summary>
    public Exception? Failure { get; set; }

    public int Keyed { get; private set; }

    public ISampleBatch CreateBatch() => new Batch(this);

    public ValueTask WriteAsync(ISampleBatch batch, CancellationToken cancellationToken = default)
    {
        if (Failure is { } failure)
        {
            throw failure;
        }

        Batches.Enqueue([.. ((Batch)batch).Points]);
        return ValueTask.CompletedTask;
    }

    /// <summary>The last batch as text to value: <c>host.load1{host="h"}</c>.</summary>
    public Dictionary<string, double> Last() => Batches.Last().ToDictionary(static p => p.Series.ToString(), static p => p.Value);

    private sealed class Batch(RecordingWriter writer) : ISampleBatch
    {
        public List<(SeriesKey Series, long TimestampMs, double Value)> Points { get; } = [];

        public int Count => Points.Count;

        public AddResult Add(WireKey wireKey, long timestampMs, double value)
        {
            if (!writer._met.TryGetValue(wireKey, out var series))
            {
                return AddResult.UnknownSeries;
            }

            Points.Add((series, timestampMs, value));
            return AddResult.Added;
        }

        public AddResult Add(WireKey wireKey, SeriesKey series, long timestampMs, double value)
        {
            writer.Keyed++;
            writer._met[wireKey] = series;
            return Add(wireKey, timestampMs, value);
        }

        public AddResult Add(WireKey wireKey, SeriesKey series, long timestampMs, TDigest distribution) =>
            throw new NotSupportedException("The monitor writes scalars.");

        public FieldProblem Describe(AddResult result) => new("metric", result.ToString());

        public void Dispose()
        {
        }
    }
}

using Metrics.Core.Model;
using Metrics.Core.Sketches;

namespace Metrics.Core.Ingestion;

/// <summary>
/// Where every edge puts its points: one per process. The silo's own implementation appends through its fast lane and sends the
/// rest to the owning silos; a gateway process sends everything.
/// </summary>
public interface ISampleWriter
{
    /// <summary>An empty batch, pooled: dispose of it after <see cref="WriteAsync"/>, whatever came of that.</summary>
    ISampleBatch CreateBatch();

    /// <summary>
    /// Logs the batch, appends it, and returns when it survives a kill of this process. Either the whole batch is
    /// taken or the call throws; points that <see cref="ISampleBatch"/> refused were never in it.
    /// </summary>
    /// <exception cref="WriteUnavailableException">It cannot be taken now (disk full, shutting down, no owner): try again later.</exception>
    ValueTask WriteAsync(ISampleBatch batch, CancellationToken cancellationToken = default);
}

/// <summary>
/// Points on their way in. An edge asks by the <em>wire key</em> first, a hash of the bytes that stood for the series in
/// the request, and parses those bytes into a <see cref="SeriesKey"/> only when the key is not known. Not thread-safe.
/// </summary>
public interface ISampleBatch : IDisposable
{
    /// <summary>Points that were taken.</summary>
    int Count { get; }

    /// <summary>
    /// Hints that a point under this wire key is added soon, so that what it needs can be fetched while its sender's
    /// next bytes are parsed. Changes nothing.
    /// </summary>
    void Expect(WireKey wireKey)
    {
    }

    /// <summary>Adds a point to a series that this process has met before under the same wire key.</summary>
    /// <returns><see cref="AddResult.UnknownSeries"/> when it has not: parse and call the other overload.</returns>
    AddResult Add(WireKey wireKey, long timestampMs, double value);

    /// <summary>Adds a point and remembers its series under the wire key.</summary>
    AddResult Add(WireKey wireKey, SeriesKey series, long timestampMs, double value);

    /// <summary>Adds a distribution: a digest of the values seen in the flush interval that ends at the timestamp.</summary>
    AddResult Add(WireKey wireKey, SeriesKey series, long timestampMs, TDigest distribution);

    /// <summary>A sentence for a result other than <see cref="AddResult.Added"/>, with the figures of the last refusal.</summary>
    FieldProblem Describe(AddResult result);
}

/// <summary>What became of a point.</summary>
public enum AddResult
{
    Added,

    /// <summary>Not a refusal: the wire key is new to this process.</summary>
    UnknownSeries,

    /// <summary>Older than <c>Metrics:Ingest:MaxAge</c>.</summary>
    TooOld,

    /// <summary>More than <c>Metrics:Ingest:MaxAhead</c> (default 10 min) ahead of the clock.</summary>
    TooFarAhead,

    /// <summary>A new series, and the process has as many as it may.</summary>
    TooManySeries,

    /// <summary>A new series, and its metric has as many as it may.</summary>
    TooManySeriesOfMetric,
}

/// <summary>The write path cannot take points now; an edge answers 503 with a Retry-After.</summary>
public sealed class WriteUnavailableException : Exception
{
    public WriteUnavailableException(string message)
        : base(message)
    {
    }

    public WriteUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

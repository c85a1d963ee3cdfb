using System.Collections.Concurrent;
using Metrics.Core.Cardinality;
using Metrics.Core.Ingestion;
using Metrics.Core.Storage;
using Metrics.Grains.Placement;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Metrics.Grains.Ingestion;

/// <summary>
/// The write path of a silo: its own shards' points go through the fast lane, those of other silos in one message each.
/// </summary>
/// <remarks>
/// Whether another silo has room for a new series is known only when it answers, after the sender's points were accepted. Points that met
/// its limit are logged here and counted there; for some seconds after that the series is refused at once, with the owner's reason.
/// </remarks>
internal sealed partial class SampleWriter(
    StorageEngine engine,
    ShardOwnership ownership,
    CardinalityMonitor cardinality,
    IOptions<CardinalityOptions> limits,
    IGrainFactory grains,
    TimeProvider time,
    ILogger<SampleWriter> logger) : ISampleWriter
{
    private const int PooledBatches = 64;

    /// <summary>Room for samples of the largest batch that is kept, 24 bytes each: one that grew beyond it would hold that memory for good.</summary>
    private const int MaxPooledSamples = 64 * 1024;

    private static readonly TimeSpan RefusalMemory = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<SampleBatch> _pool = new();

    /// <summary>Twice the series there may be, since one may come in several formats.</summary>
    private readonly int _maxRoutes = (int)Math.Min(100_000_000L, (limits.Value.MaxSeries * 2L) + 100_000);
    private volatile SeriesRoutes _routes = new(ShardMap.Empty, 1);
    private long _retiredSeen;

    public StorageEngine Engine => engine;

    public CardinalityMonitor Cardinality => cardinality;

    /// <summary>Wire keys to series, at the current view of the membership.</summary>
    public SeriesRoutes Routes
    {
        get
        {
            var (routes, map) = (_routes, ownership.Map);
            return routes.Shards == map ? routes : Reroute(map);
        }
    }

    public ISampleBatch CreateBatch()
    {
        if (!_pool.TryDequeue(out var batch))
        {
            batch = new SampleBatch(this);
        }

        batch.Begin();
        return batch;
    }

    /// <summary>Whether a refusal is recent enough to be repeated; the limit may have room again later.</summary>
    public bool Remembers(RemoteRefusal refusal) => time.GetElapsedTime(refusal.At) < RefusalMemory;

    public ValueTask WriteAsync(ISampleBatch batch, CancellationToken cancellationToken = default)
    {
        var samples = (SampleBatch)batch;
        if (samples.IsWithheld)
        {
            throw new WriteUnavailableException("The storage is not open yet: the write-ahead log is being replayed.");
        }

        return samples.Remote.IsEmpty
            ? engine.AppendAsync(samples.Local, cancellationToken)
            : WriteEverywhereAsync(samples, cancellationToken);
    }

    public void Return(SampleBatch batch)
    {
        if (_pool.Count < PooledBatches && batch.Capacity <= MaxPooledSamples)
        {
            _pool.Enqueue(batch);
        }
        else
        {
            batch.Local.Dispose();
        }
    }

    /// <summary>Lets go of series that the engine has retired since the last call: their points would take the long way.</summary>
    public void ForgetRetired()
    {
        var retired = engine.RetiredSeries;
        if (Interlocked.Exchange(ref _retiredSeen, retired) != retired)
        {
            _routes.Local.RemoveAll(static series => series.IsRetired);
        }
    }

    private SeriesRoutes Reroute(ShardMap map)
    {
        lock (_pool)
        {
            return _routes.Shards == map ? _routes : _routes = new SeriesRoutes(map, _maxRoutes);
        }
    }

    private async ValueTask WriteEverywhereAsync(SampleBatch samples, CancellationToken cancellation)
    {
        var map = ownership.Map;
        if (map.IsEmpty)
        {
            throw new WriteUnavailableException("No silo is active.");
        }

        var writes = OwnedRows.Split(samples.Remote, map).ConvertAll(rows => SendAsync(samples.Remote, rows));
        writes.Add(AppendHereAsync(samples.Local, cancellation));

        // Every one of them, whatever the others came to: the batch is reused after this. What did arrive will be sent again
        // and changes nothing.
        await Task.WhenAll(writes);
    }

    private async Task AppendHereAsync(SampleBuffer samples, CancellationToken cancellation) =>
        await engine.AppendAsync(samples, cancellation);

    private async Task SendAsync(RemoteSamples samples, OwnedRows rows)
    {
        try
        {
            await SendToAsync(rows.Owner, samples, rows);
        }
        catch (Exception e) when (e is not WriteUnavailableException)
        {
            throw new WriteUnavailableException($"Silo {rows.Owner} did not take its part of the batch: {e.Message}", e);
        }
    }

    private async Task SendToAsync(SiloAddress owner, RemoteSamples samples, OwnedRows rows)
    {
        var grain = grains.GetGrain<ISiloIngestGrain>(owner.ToParsableString());
        var message = RemoteBatch.Write(samples, rows, static _ => false, out var sent);
        var reply = await grain.Ingest(new Immutable<byte[]>(message));
        if (reply.Unknown.Length != 0)
        {
            var unknown = reply.Unknown.Select(i => sent[i]).ToHashSet();
            message = RemoteBatch.Write(samples, rows, unknown.Contains, out sent);
            reply = await grain.Ingest(new Immutable<byte[]>(message));
            if (reply.Unknown.Length != 0)
            {
                // Series that it knew a moment ago and that came without a key for that reason: the next time they have one.
                Array.ForEach(reply.Unknown, i => sent[i].KnownBy = null);
                throw new WriteUnavailableException($"Silo {owner} does not know {reply.Unknown.Length} of the batch's series.");
            }
        }

        var refused = new HashSet<int>();
        foreach (var (number, reason) in reply.Refused)
        {
            var result = reply.Reasons[reason].OfMetric ? AddResult.TooManySeriesOfMetric : AddResult.TooManySeries;
            sent[number].Refusal = new RemoteRefusal(result, reply.Reasons[reason].Sentence, time.GetTimestamp());
            refused.Add(number);
        }

        if (refused.Count != 0)
        {
            LogRefused(owner, refused.Count, reply.Reasons[0].Sentence);
        }

        for (var i = 0; i < sent.Count; i++)
        {
            if (!refused.Contains(i))
            {
                sent[i].KnownBy = owner;
                sent[i].Refusal = null;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {Owner} refused the samples of {Series} new series: {Reason}")]
    private partial void LogRefused(SiloAddress owner, int series, string reason);
}

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
internal sealed partial class SampleWriter(
    StorageEngine engine,
    ShardOwnership ownership,
    CardinalityMonitor cardinality,
    IOptions<CardinalityOptions> limits,
    IGrainFactory grains,
    ILogger<SampleWriter> logger) : ISampleWriter
{
    private const int PooledBatches = 64;

    private readonly ConcurrentQueue<SampleBatch> _pool = new();

    /// <summary>Wire keys to series; twice the series there may be, since one may come in several formats.</summary>
    public WireKeyCache<ISeriesTarget> Cache { get; } = new((int)Math.Min(100_000_000L, (limits.Value.MaxSeries * 2L) + 100_000));

    public StorageEngine Engine => engine;

    public CardinalityMonitor Cardinality => cardinality;

    public ShardMap Shards => ownership.Map;

    public ISampleBatch CreateBatch()
    {
        if (!_pool.TryDequeue(out var batch))
        {
            batch = new SampleBatch(this);
        }

        batch.Begin();
        return batch;
    }

    public ValueTask WriteAsync(ISampleBatch batch, CancellationToken cancellationToken = default)
    {
        var samples = (SampleBatch)batch;
        return samples.Remote.IsEmpty
            ? engine.AppendAsync(samples.Local, cancellationToken)
            : WriteEverywhereAsync(samples, cancellationToken);
    }

    public void Return(SampleBatch batch)
    {
        if (_pool.Count < PooledBatches)
        {
            _pool.Enqueue(batch);
        }
        else
        {
            batch.Local.Dispose();
        }
    }

    private async ValueTask WriteEverywhereAsync(SampleBatch samples, CancellationToken cancellation)
    {
        var map = ownership.Map;
        if (map.IsEmpty)
        {
            throw new WriteUnavailableException("No silo is active.");
        }

        var owners = samples.Remote.Series.Concat(samples.Remote.Distributions.Select(static d => d.Series))
            .Select(s => map.OwnerOf(s.Shard)).Distinct().ToList();
        var sends = owners.ConvertAll(owner => SendAsync(samples.Remote, owner, map));
        try
        {
            await engine.AppendAsync(samples.Local, cancellation);
            await Task.WhenAll(sends);
        }
        catch (Exception e) when (e is OrleansException or TimeoutException or IOException)
        {
            // What did arrive will be sent again and changes nothing.
            throw new WriteUnavailableException($"A silo that owns part of the batch did not take it: {e.Message}", e);
        }
    }

    private async Task SendAsync(RemoteSamples samples, SiloAddress owner, ShardMap map)
    {
        var grain = grains.GetGrain<ISiloIngestGrain>(owner.ToParsableString());
        var message = RemoteBatch.Write(samples, owner, map.OwnerOf, static _ => false, out var sent);
        var reply = await grain.Ingest(new Immutable<byte[]>(message));
        if (reply.Unknown.Length != 0)
        {
            var unknown = reply.Unknown.Select(i => sent[i]).ToHashSet();
            message = RemoteBatch.Write(samples, owner, map.OwnerOf, unknown.Contains, out sent);
            reply = await grain.Ingest(new Immutable<byte[]>(message));
        }

        if (reply.Refused != 0)
        {
            LogRefused(reply.Refused, owner);
        }
        else
        {
            sent.ForEach(series => series.KnownBy = owner);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {Owner} refused {Samples} samples of new series: its limits on series are reached")]
    private partial void LogRefused(int samples, SiloAddress owner);
}

using Metrics.Core.Diagnostics;
using Metrics.Core.Ingestion;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Query.Reading;
using Metrics.Core.Series;
using Metrics.Core.Storage;
using Metrics.Grains.Interfaces.Series;
using Metrics.Grains.Placement;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Metrics.Grains.Series;

/// <summary>One series. The shard clock decides how long it stays active, since most of its points never call it.</summary>
[ShardPlacement]
[Reentrant]
[CollectionAgeLimit(AlwaysActive = true)]
internal sealed class SeriesGrain(StorageEngine engine, ISampleWriter writer, ActiveSeries active, ILocalSiloDetails silo, EngineInstruments instruments, IOptions<QueryOptions> limits, SeriesPoints points)
    : Grain, ISeriesGrain, ISeriesAdoption
{
    private LiveSeries? _series;

    private SeriesId Id => SeriesId.FromGuid(this.GetPrimaryKey());

    private Shard Shard => engine.Shards[Id.Shard(engine.Shards.Count)];

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        active.Started(Id, GrainContext);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        active.Ended(Id, GrainContext);
        return Task.CompletedTask;
    }

    public ValueTask Adopt()
    {
        _series ??= engine.Find(Id);
        return default;
    }

    public async ValueTask<int> Append(SeriesKey key, IReadOnlyList<Sample> samples)
    {
        // Clients are not edges: nothing has looked at the parts of their key yet.
        if (SeriesKey.Create(key.Metric, [.. key.Tags]).Id != Id)
        {
            throw new ArgumentException($"key is {key}, whose id is {key.Id}; this grain is {Id}", nameof(key));
        }

        var wireKey = WireKey.Of(WireKey.Scope.Canonical, key.ToCanonical());
        using var batch = writer.CreateBatch();
        foreach (var sample in samples)
        {
            var result = batch.Add(wireKey, key, sample.TimestampMs, sample.Value);
            if (result is AddResult.TooManySeries or AddResult.TooManySeriesOfMetric)
            {
                instruments.AddRejected(result, samples.Count);
                var problem = batch.Describe(result);
                throw new InvalidOperationException($"{problem.Field}: {problem.Reason}");
            }

            if (result != AddResult.Added)
            {
                instruments.AddRejected(result, 1);
            }
        }

        await writer.WriteAsync(batch);
        return batch.Count;
    }

    public async ValueTask<IReadOnlyList<Sample>> Query(long fromMs, long toMs)
    {
        var samples = await points.ReadAsync(Id, Shard, fromMs, toMs, limits.Value);
        if (samples.Count == 0)
        {
            Find();
        }

        return samples;
    }

    public async ValueTask<SeriesDescription?> Describe()
    {
        var address = silo.SiloAddress.ToParsableString();
        if (Find() is { } series && Shard.Index.TryGetKey(series.Ordinal, out var live) && live.Id == Id)
        {
            var held = series.GetStatistics();
            return new SeriesDescription(live, series.Shard, address, held.Samples, held.OldestMs, held.NewestMs, held.Bytes);
        }

        // Nothing of it is in memory, or it was retired a moment ago.
        return await points.FindKeyAsync(Id, Shard) is { } key
            ? new SeriesDescription(key, Shard.Number, address, 0, long.MaxValue, long.MinValue, 0)
            : null;
    }

    private LiveSeries? Find()
    {
        _series = _series is { IsRetired: false } held ? held : engine.Find(Id);
        if (_series is null)
        {
            // Whoever asks for series that are not there leaves nothing behind.
            DeactivateOnIdle();
        }

        return _series;
    }
}

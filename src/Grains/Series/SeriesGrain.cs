using System.Buffers;
using Metrics.Core.Diagnostics;
using Metrics.Core.Ingestion;
using Metrics.Core.Model;
using Metrics.Core.Query;
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
internal sealed class SeriesGrain(StorageEngine engine, ISampleWriter writer, ActiveSeries active, ILocalSiloDetails silo, EngineInstruments instruments, IOptions<QueryOptions> limits)
    : Grain, ISeriesGrain, ISeriesAdoption
{
    private LiveSeries? _series;

    private SeriesId Id => SeriesId.FromGuid(this.GetPrimaryKey());

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

    public ValueTask<IReadOnlyList<Sample>> Query(long fromMs, long toMs)
    {
        var samples = new List<Sample>();
        if (Find() is { } series)
        {
            var timestamps = ArrayPool<long>.Shared.Rent(SeriesBuffer.ReadCapacity);
            var values = ArrayPool<double>.Shared.Rent(SeriesBuffer.ReadCapacity);
            int read;
            while ((read = series.Read(ref fromMs, toMs, timestamps, values)) != 0)
            {
                if (samples.Count + read > limits.Value.MaxPoints)
                {
                    throw new QueryLimitException(
                        $"{QueryOptions.Section}:MaxPoints", $"the range has more than {limits.Value.MaxPoints} points; ask for a shorter one");
                }

                for (var i = 0; i < read; i++)
                {
                    samples.Add(new Sample(timestamps[i], values[i]));
                }
            }

            ArrayPool<long>.Shared.Return(timestamps);
            ArrayPool<double>.Shared.Return(values);
        }

        return new(samples);
    }

    public ValueTask<SeriesDescription?> Describe()
    {
        if (Find() is not { } series)
        {
            return default;
        }

        var held = series.GetStatistics();
        if (!engine.Shards[series.Shard].Index.TryGetKey(series.Ordinal, out var key) || key.Id != Id)
        {
            // Retired a moment ago.
            return default;
        }

        return new(new SeriesDescription(
            key, series.Shard, silo.SiloAddress.ToParsableString(), held.Samples, held.OldestMs, held.NewestMs, held.Bytes));
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

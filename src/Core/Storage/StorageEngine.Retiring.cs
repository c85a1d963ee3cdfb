using System.Buffers;
using Metrics.Core.Model;
using Metrics.Core.Series;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Storage;

/// <content>The end of series that nothing is written to, and their definitions.</content>
public sealed partial class StorageEngine
{
    /// <summary>Definitions in the log that are of no living series, beyond which it is worth writing them anew.</summary>
    private const int MinStaleDefinitions = 16 * 1024;

    private readonly RetiredNumbers _retired = new();
    private long _definitionsLogged;
    private long _retiredSeries;

    /// <summary>Series retired since the start.</summary>
    public long RetiredSeries => Interlocked.Read(ref _retiredSeries);

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Lets go of the series of a shard that hold nothing and were not written to since a time: index, limits, table. A point that comes
    /// later makes the series anew; none is lost, whoever holds the old <see cref="LiveSeries"/>.
    /// </summary>
    /// <returns>How many.</returns>
    public int RetireIdle(Shard shard, long idleSinceMs)
    {
        ArgumentNullException.ThrowIfNull(shard);
        var retired = shard.RetireIdle(idleSinceMs, _limiter, (series, key) => KeepNumber(series, key));
        Interlocked.Add(ref _retiredSeries, retired);
        return retired;
    }

    /// <summary>A series of which all was deleted is not listed any more; what blocks have of it, they list.</summary>
    private void RetireEmpty(LiveSeries series)
    {
        if (_shards[series.Shard].Retire(series, long.MaxValue, _limiter, KeepNumber))
        {
            Interlocked.Increment(ref _retiredSeries);
        }
    }

    private void KeepNumber(LiveSeries series, SeriesKey key)
    {
        if (series.Reference != 0)
        {
            _retired.Add(series.Reference, key.ToCanonical());
        }
    }

    private SeriesKey KeyOf(LiveSeries series)
    {
        // In this order: the key is there before the index lets go of it.
        if (series.RetiredKey is { } retired)
        {
            return retired;
        }

        return _shards[series.Shard].Index.TryGetKey(series.Ordinal, out var key) && key.Id == series.Id ? key : series.RetiredKey!;
    }

    /// <summary>The series itself, or the one that has its place, whatever the limits say: its points were taken.</summary>
    private LiveSeries LivingOf(LiveSeries series)
    {
        while (series.RetiredKey is { } key)
        {
            var successor = _shards[series.Shard].Restore(key, _limiter);
            successor.NotePassedOver(NowMs);
            if (series.Reference != 0)
            {
                successor.NumberAs(series.Reference);
            }

            series = successor;
        }

        return series;
    }

    /// <summary>For samples that were logged under the number of a series that was retired meanwhile.</summary>
    private void AppendToSuccessor(LiveSeries retired, ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        KeepNumber(retired, retired.RetiredKey!);
        while (!LivingOf(retired).TryAppend(Pool, timestampsMs, values))
        {
        }
    }

    private void AppendToSuccessor(DistributionSample sample)
    {
        KeepNumber(sample.Series, sample.Series.RetiredKey!);
        while (!LivingOf(sample.Series).TryAppendDistribution(sample.TimestampMs, sample.Serialized))
        {
        }
    }

    /// <summary>Writes the definitions anew when most of those in the log are of series that are gone, and removes the old ones.</summary>
    private async Task CompactDefinitionsAsync(CancellationToken cancellation)
    {
        long needed = _shards.Sum(static s => (long)s.Count) + _retired.KeepFrom(_samples!.OldestSegment).Count;
        if (Interlocked.Read(ref _definitionsLogged) < (needed * 2) + MinStaleDefinitions)
        {
            return;
        }

        var failedFlushes = _definitions!.FailedFlushes;
        var first = await StartSegmentAsync(_definitions);
        Interlocked.Exchange(ref _definitionsLogged, 0);

        // Whoever defined a series in an older segment is done with it after this, and so is found below.
        await DrainAsync(cancellation);
        await WriteDefinitionsAsync(cancellation);
        await StartSegmentAsync(_definitions);
        if (_definitions.FailedFlushes == failedFlushes)
        {
            _definitions.RemoveSegmentsBefore(first);
            LogDefinitionsCompacted(needed);
        }
    }

    private async Task WriteDefinitionsAsync(CancellationToken cancellation)
    {
        var record = new ArrayBufferWriter<byte>(4096);
        var definitionBytes = Math.Min(256 * 1024, _walOptions.MaxRecordBytes / 2);
        foreach (var shard in _shards)
        {
            foreach (var series in shard.All())
            {
                if (series.Reference != 0)
                {
                    WalRecords.WriteDefinition(record, series.Reference, KeyOf(series));
                    await WriteWhenFullAsync(definitionBytes);
                }
            }
        }

        // After the shards: a series is among these before it leaves its shard.
        foreach (var (reference, canonical) in _retired.KeepFrom(_samples!.OldestSegment))
        {
            WalRecords.WriteDefinition(record, reference, canonical);
            await WriteWhenFullAsync(definitionBytes);
        }

        await WriteWhenFullAsync(0);

        async ValueTask WriteWhenFullAsync(int full)
        {
            if (record.WrittenCount > full)
            {
                await LogRecord(_definitions!, WalRecords.Definitions, record.WrittenSpan, cancellation);
                record.ResetWrittenCount();
            }

            Interlocked.Add(ref _definitionsLogged, full == 0 ? 0 : 1);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The log of series definitions was written anew: {Needed} of them are needed")]
    private partial void LogDefinitionsCompacted(long needed);
}

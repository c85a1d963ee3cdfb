using System.Buffers;
using Metrics.Core.Ingestion;
using Metrics.Core.Series;
using Metrics.Core.Wal;

namespace Metrics.Core.Storage;

/// <content>From a batch to records in the logs.</content>
public sealed partial class StorageEngine
{
    /// <summary>Samples of one log record: what a damaged record loses.</summary>
    private const int MaxSamplesPerRecord = 32 * 1024;

    /// <summary>Bytes of distributions of one log record.</summary>
    private const int MaxDistributionBytes = 1024 * 1024;

    private ValueTask LogAsync(SampleBuffer samples, CancellationToken cancellation)
    {
        if (HasUndefined(samples))
        {
            return DefineAndLogAsync(samples, cancellation);
        }

        if (samples.Count <= _samplesPerRecord && samples.Distributions.Count == 0)
        {
            return samples.Count == 0 ? default : LogSamples(samples, 0, samples.Count, cancellation);
        }

        return LogInPartsAsync(samples, cancellation);
    }

    private async ValueTask LogInPartsAsync(SampleBuffer samples, CancellationToken cancellation)
    {
        for (var from = 0; from < samples.Count; from += _samplesPerRecord)
        {
            await LogSamples(samples, from, Math.Min(_samplesPerRecord, samples.Count - from), cancellation);
        }

        if (samples.Distributions.Count == 0)
        {
            return;
        }

        var record = new ArrayBufferWriter<byte>(4096);
        foreach (var distribution in samples.Distributions)
        {
            var full = Math.Min(MaxDistributionBytes, _walOptions.MaxRecordBytes - WalRecords.BytesOf(distribution));
            if (record.WrittenCount != 0 && record.WrittenCount > full)
            {
                await LogRecord(_samples!, WalRecords.Distributions, record.WrittenSpan, cancellation);
                record.ResetWrittenCount();
            }

            WalRecords.WriteDistribution(record, distribution);
        }

        if (record.WrittenCount != 0)
        {
            await LogRecord(_samples!, WalRecords.Distributions, record.WrittenSpan, cancellation);
        }
    }

    private ValueTask LogSamples(SampleBuffer samples, int from, int count, CancellationToken cancellation)
    {
        var record = ArrayPool<byte>.Shared.Rent(WalRecords.MaxSamplesBytes(count));
        var length = WalRecords.WriteSamples(
            record, samples.Series.Slice(from, count), samples.TimestampsMs.Slice(from, count), samples.Values.Slice(from, count));
        var logged = LogRecord(_samples!, WalRecords.Samples, record.AsSpan(0, length), cancellation);
        ArrayPool<byte>.Shared.Return(record);
        return logged;
    }

    private static bool HasUndefined(SampleBuffer samples)
    {
        foreach (var series in samples.Series)
        {
            if (!series.IsDefined)
            {
                return true;
            }
        }

        return samples.Distributions.Any(static d => !d.Series.IsDefined);
    }

    /// <summary>
    /// Series are defined before the first sample that goes by their number, and by whoever comes first: two batches may both
    /// define a series, which is harmless.
    /// </summary>
    private async ValueTask DefineAndLogAsync(SampleBuffer samples, CancellationToken cancellation)
    {
        samples.Replace(LivingOf);
        var undefined = new HashSet<LiveSeries>();
        for (var i = 0; i < samples.Count; i++)
        {
            if (!samples.Series[i].IsDefined)
            {
                undefined.Add(samples.Series[i]);
            }
        }

        undefined.UnionWith(samples.Distributions.Select(static d => d.Series).Where(static s => !s.IsDefined));
        var record = new ArrayBufferWriter<byte>(4096);
        var definitionBytes = Math.Min(256 * 1024, _walOptions.MaxRecordBytes / 2);
        var pending = new List<LiveSeries>();
        foreach (var series in undefined)
        {
            if (series.Reference == 0)
            {
                series.NumberAs(NextReference());
            }

            WalRecords.WriteDefinition(record, series.Reference, KeyOf(series));
            pending.Add(series);
            if (record.WrittenCount > definitionBytes)
            {
                await LogDefinitions();
            }
        }

        await LogDefinitions();
        await LogInPartsAsync(samples, cancellation);

        async ValueTask LogDefinitions()
        {
            if (pending.Count == 0)
            {
                return;
            }

            await LogRecord(_definitions!, WalRecords.Definitions, record.WrittenSpan, cancellation);
            await LogRecord(_samples!, WalRecords.Definitions, record.WrittenSpan, cancellation);
            Interlocked.Add(ref _definitionsLogged, pending.Count);
            pending.ForEach(static s => s.MarkDefined());
            pending.Clear();
            record.ResetWrittenCount();
        }
    }

    private uint NextReference() => Interlocked.Increment(ref _lastReference);

    private static ValueTask LogRecord(WriteAheadLog log, byte type, ReadOnlySpan<byte> payload, CancellationToken cancellation)
    {
        try
        {
            var appended = log.AppendAsync(type, payload, cancellation);
            return appended.IsCompletedSuccessfully ? appended : Awaited(appended);
        }
        catch (WalUnavailableException e)
        {
            throw new WriteUnavailableException(e.Message, e);
        }

        static async ValueTask Awaited(ValueTask appended)
        {
            try
            {
                await appended;
            }
            catch (WalUnavailableException e)
            {
                throw new WriteUnavailableException(e.Message, e);
            }
        }
    }
}

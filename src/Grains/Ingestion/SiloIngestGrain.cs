using Metrics.Core.Cardinality;
using Metrics.Core.Model;
using Metrics.Core.Series;
using Metrics.Core.Storage;
using Metrics.Grains.Placement;
using Orleans.Concurrency;

namespace Metrics.Grains.Ingestion;

/// <summary>The receiving end of the write path between silos: the same fast lane as for points that arrive here directly.</summary>
[SiloPlacement]
[Reentrant]
internal sealed class SiloIngestGrain(StorageEngine engine, CardinalityMonitor cardinality) : Grain, ISiloIngestGrain
{
    // Off the grain's scheduler, which would keep all other silos' points to one core.
    public async ValueTask<IngestReply> Ingest(Immutable<byte[]> batch) => await Task.Run(() => IngestAsync(batch.Value));

    private async Task<IngestReply> IngestAsync(byte[] message)
    {
        using var samples = new SampleBuffer();
        var reply = Decode(message, samples);
        await engine.AppendAsync(samples);
        return reply;
    }

    private IngestReply Decode(ReadOnlySpan<byte> message, SampleBuffer samples)
    {
        var reader = new RemoteBatch.Reader(message);
        var series = new LiveSeries?[reader.ReadCount(RemoteBatch.Reader.MinSeriesBytes)];
        var unknown = new List<int>();
        var refusals = new IngestRefusals(cardinality);
        for (var i = 0; i < series.Length; i++)
        {
            var id = reader.ReadId();
            var canonical = reader.ReadBytes();
            series[i] = engine.Find(id);
            if (series[i] is not null)
            {
                continue;
            }

            if (canonical.IsEmpty)
            {
                unknown.Add(i);
                continue;
            }

            if (!SeriesKey.TryParseCanonical(canonical, out var key) || key.Id != id)
            {
                throw new InvalidDataException($"a batch has a key that is not the one of series {id}");
            }

            var admission = engine.GetOrAdd(key, out series[i]);
            if (admission != Admission.Admitted)
            {
                refusals.Add(i, admission, key.Metric);
            }
        }

        ReadSamples(ref reader, series, samples);
        ReadDistributions(ref reader, series, samples);
        reader.ThrowIfNotAtEnd();
        return new IngestReply { Unknown = [.. unknown], Refused = [.. refusals.Series], Reasons = [.. refusals.Reasons] };
    }

    private static void ReadSamples(ref RemoteBatch.Reader reader, LiveSeries?[] series, SampleBuffer samples)
    {
        var count = reader.ReadCount(RemoteBatch.Reader.SampleBytes);
        var numbers = reader.ReadColumn<int>(count);
        var timestamps = reader.ReadColumn<long>(count);
        var values = reader.ReadColumn<double>(count);
        for (var i = 0; i < count; i++)
        {
            if (series[RemoteBatch.Reader.CheckNumber(numbers[i], series.Length)] is { } present)
            {
                samples.Add(present, timestamps[i], values[i]);
            }
        }
    }

    private static void ReadDistributions(ref RemoteBatch.Reader reader, LiveSeries?[] series, SampleBuffer samples)
    {
        for (var left = reader.ReadCount(RemoteBatch.Reader.MinDistributionBytes); left > 0; left--)
        {
            var number = reader.ReadNumber(series.Length);
            var timestamp = reader.ReadInt64();
            var serialized = reader.ReadBytes();
            if (series[number] is { } present)
            {
                samples.Add(present, timestamp, serialized.ToArray());
            }
        }
    }
}

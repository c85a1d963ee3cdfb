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
internal sealed class SiloIngestGrain(StorageEngine engine) : Grain, ISiloIngestGrain
{
    public async ValueTask<IngestReply> Ingest(Immutable<byte[]> batch)
    {
        using var samples = new SampleBuffer();
        var reply = Decode(batch.Value, samples);
        await engine.AppendAsync(samples);
        return reply;
    }

    private IngestReply Decode(ReadOnlySpan<byte> message, SampleBuffer samples)
    {
        var reader = new RemoteBatch.Reader(message);
        var series = new LiveSeries?[reader.ReadInt32()];
        var unknown = new List<int>();
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
            }
            else if (SeriesKey.TryParseCanonical(canonical, out var key) && engine.GetOrAdd(key, out var added) == Admission.Admitted)
            {
                series[i] = added;
            }
        }

        var skipped = 0;
        var count = reader.ReadInt32();
        var numbers = reader.ReadColumn<int>(count);
        var timestamps = reader.ReadColumn<long>(count);
        var values = reader.ReadColumn<double>(count);
        for (var i = 0; i < count; i++)
        {
            if (series[numbers[i]] is { } present)
            {
                samples.Add(present, timestamps[i], values[i]);
            }
            else if (!unknown.Contains(numbers[i]))
            {
                skipped++;
            }
        }

        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var number = reader.ReadInt32();
            var timestamp = reader.ReadInt64();
            var serialized = reader.ReadBytes();
            if (series[number] is { } present)
            {
                samples.Add(present, timestamp, serialized.ToArray());
            }
            else if (!unknown.Contains(number))
            {
                skipped++;
            }
        }

        return new IngestReply { Unknown = [.. unknown], Refused = skipped };
    }
}

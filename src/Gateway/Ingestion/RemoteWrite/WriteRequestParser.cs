using System.Runtime.CompilerServices;
using Metrics.Core.Ingestion;
using Metrics.Core.Model;

namespace Metrics.Gateway.Ingestion.RemoteWrite;

/// <summary>Parses one remote write 1.0 <c>WriteRequest</c> into a batch, in a single pass over its bytes.</summary>
internal ref struct WriteRequestParser(
    ReadOnlySpan<byte> request, ISampleBatch batch, ModelLimits limits, int maxSamples = int.MaxValue)
{
    private const uint TimeSeriesTag = (1 << 3) | ProtobufReader.Bytes;
    private const uint SampleValueTag = (1 << 3) | ProtobufReader.Fixed64;
    private const uint SampleTimestampTag = (2 << 3) | ProtobufReader.Varint;

    private readonly ReadOnlySpan<byte> _request = request;

    /// <summary>Samples refused for what they are.</summary>
    public int Rejected { get; private set; }

    /// <summary>The first refusal: which series, and why.</summary>
    public string? FirstRefusal { get; private set; }

    /// <summary>Native histograms, which are passed over.</summary>
    public int Histograms { get; private set; }

    /// <summary>The message has more samples than are taken in one request: nothing of the batch may be written.</summary>
    public bool HasTooManySamples { get; private set; }

    /// <summary>Byte of the message where parsing stopped.</summary>
    public int Offset { get; private set; }

    /// <returns>False when the message is not valid protobuf: nothing of the batch may be written.</returns>
    public bool TryParse()
    {
        // One series behind: while the bytes of the next are gone through, memory fetches what the last one needs.
        var pending = default(TimeSeriesLayout);
        var pendingKey = default(WireKey);
        var reader = new ProtobufReader(_request);
        while (!reader.AtEnd)
        {
            Offset = reader.Position;
            if (!reader.TryReadTag(out var tag))
            {
                return false;
            }

            if (tag != TimeSeriesTag)
            {
                if (!reader.TrySkip(tag))
                {
                    return false;
                }

                continue;
            }

            if (!reader.TryReadBytes(out var message) || !TimeSeriesLayout.TryRead(message, out var layout))
            {
                return false;
            }

            Histograms += layout.HistogramCount;
            if (layout.SampleCount == 0)
            {
                continue;
            }

            var wireKey = WireKey.Of(WireKey.Scope.RemoteWrite, layout.Labels);
            batch.Expect(wireKey);
            if (pending.SampleCount != 0 && !TryAddSeries(pending, pendingKey))
            {
                return false;
            }

            pendingKey = wireKey;
            pending = layout;
        }

        return pending.SampleCount == 0 || TryAddSeries(pending, pendingKey);
    }

    private bool TryAddSeries(scoped in TimeSeriesLayout layout, WireKey wireKey)
    {
        if (layout.SampleCount > maxSamples - batch.Count)
        {
            HasTooManySamples = true;
            return false;
        }

        SeriesKey? series = null;
        var reader = new ProtobufReader(layout.Rest);
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var tag))
            {
                return false;
            }

            if (tag != TimeSeriesLayout.SamplesTag)
            {
                reader.TrySkip(tag);
                continue;
            }

            if (!reader.TryReadBytes(out var sample) || !TryReadSample(sample, out var timestampMs, out var value))
            {
                return false;
            }

            var result = batch.Add(wireKey, timestampMs, value);
            if (result == AddResult.UnknownSeries)
            {
                if (series is null)
                {
                    if (!LabelReader.TryRead(layout.Labels, layout.LabelCount, limits, out series, out var problem))
                    {
                        return false;
                    }

                    if (series is null)
                    {
                        Refuse(layout.SampleCount, null, problem);
                        return true;
                    }
                }

                result = batch.Add(wireKey, series, timestampMs, value);
            }

            if (result != AddResult.Added)
            {
                Refuse(1, series, batch.Describe(result));
            }
        }

        return true;
    }

    private void Refuse(int samples, SeriesKey? series, FieldProblem problem)
    {
        Rejected += samples;
        FirstRefusal ??= series is null ? $"{problem.Field} {problem.Reason}" : $"{series}: {problem.Field} {problem.Reason}";
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadSample(ReadOnlySpan<byte> sample, out long timestampMs, out double value)
    {
        // What every sender writes: both fields, in order.
        var reader = new ProtobufReader(sample);
        if (sample.Length > 10
            && sample[0] == SampleValueTag
            && sample[9] == SampleTimestampTag)
        {
            value = BitConverter.ToDouble(sample[1..9]);
            reader = new ProtobufReader(sample[10..]);
            var ok = reader.TryReadVarint(out var milliseconds);
            timestampMs = (long)milliseconds;
            if (ok && reader.AtEnd)
            {
                return true;
            }
        }

        return TryReadAnySample(sample, out timestampMs, out value);
    }

    private static bool TryReadAnySample(ReadOnlySpan<byte> sample, out long timestampMs, out double value)
    {
        timestampMs = 0;
        value = 0;
        var reader = new ProtobufReader(sample);
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var tag))
            {
                return false;
            }

            ulong bits = 0;
            var ok = tag switch
            {
                SampleValueTag => reader.TryReadFixed64(out bits),
                SampleTimestampTag => reader.TryReadVarint(out bits),
                _ => reader.TrySkip(tag),
            };
            if (!ok)
            {
                return false;
            }

            if (tag == SampleValueTag)
            {
                value = BitConverter.UInt64BitsToDouble(bits);
            }
            else if (tag == SampleTimestampTag)
            {
                timestampMs = (long)bits;
            }
        }

        return true;
    }
}

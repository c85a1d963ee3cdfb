namespace Metrics.Gateway.Ingestion.RemoteWrite;

/// <summary>Where the parts of one <c>TimeSeries</c> message are.</summary>
internal ref struct TimeSeriesLayout
{
    public const uint LabelsTag = (1 << 3) | ProtobufReader.Bytes;
    public const uint SamplesTag = (2 << 3) | ProtobufReader.Bytes;
    public const uint HistogramsTag = (4 << 3) | ProtobufReader.Bytes;

    /// <summary>The label fields with their tags and lengths, when they stand side by side.</summary>
    public ReadOnlySpan<byte> Labels;

    /// <summary>Everything after the labels (or the whole message, when the labels are scattered).</summary>
    public ReadOnlySpan<byte> Rest;

    public int LabelCount;
    public int SampleCount;
    public int HistogramCount;
    public bool IsScattered;

    /// <summary>Finds the parts, and checks that the message's fields add up.</summary>
    /// <returns>False when the message is not valid protobuf.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, out TimeSeriesLayout layout)
    {
        layout = default;

        // What every sender writes: the labels first, each shorter than 128 bytes.
        var labelsEnd = 0;
        while (labelsEnd + 1 < message.Length && message[labelsEnd] == LabelsTag && message[labelsEnd + 1] < 0x80)
        {
            labelsEnd += 2 + message[labelsEnd + 1];
            layout.LabelCount++;
        }

        if (labelsEnd > message.Length)
        {
            return false;
        }

        var labelsStart = labelsEnd == 0 ? -1 : 0;
        var reader = new ProtobufReader(message, labelsEnd);
        while (!reader.AtEnd)
        {
            var start = reader.Position;
            if (!reader.TryReadTag(out var tag) || !reader.TrySkip(tag))
            {
                return false;
            }

            switch (tag)
            {
                case LabelsTag:
                    layout.LabelCount++;
                    layout.IsScattered |= labelsStart < 0 ? start != 0 : start != labelsEnd;
                    labelsStart = labelsStart < 0 ? start : labelsStart;
                    labelsEnd = reader.Position;
                    break;
                case SamplesTag:
                    layout.SampleCount++;
                    break;
                case HistogramsTag:
                    layout.HistogramCount++;
                    break;
            }
        }

        layout.Labels = layout.IsScattered ? Gather(message) : message[..labelsEnd];
        layout.Rest = layout.IsScattered ? message : message[labelsEnd..];
        return true;
    }

    // Nobody writes this, but protobuf allows fields in any order. The same series must get the same bytes.
    private static byte[] Gather(ReadOnlySpan<byte> message)
    {
        var labels = new List<byte>(message.Length);
        var reader = new ProtobufReader(message);
        while (!reader.AtEnd)
        {
            var start = reader.Position;
            if (reader.TryReadTag(out var tag) && reader.TrySkip(tag) && tag == LabelsTag)
            {
                labels.AddRange(message[start..reader.Position]);
            }
        }

        return [.. labels];
    }
}

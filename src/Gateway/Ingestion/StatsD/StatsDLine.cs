namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>One line, <c>name:value|type[|@rate][|#k:v,k:v]</c>, cut into its parts where it lies.</summary>
internal ref struct StatsDLine
{
    private const double MinRate = 1e-9;

    public ReadOnlySpan<byte> Name;

    /// <summary>What stands between the first colon and the first bar: one value or several with colons between.</summary>
    public ReadOnlySpan<byte> Values;

    public StatsDKind Kind;

    /// <summary>Share of the events that were sent, from 1e-9 to 1.</summary>
    public double Rate;

    /// <summary>The tags as they were sent, without the number sign.</summary>
    public ReadOnlySpan<byte> Tags;

    /// <summary>Cuts a line up; values and tags are not looked into.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public static string? TryParse(ReadOnlySpan<byte> line, out StatsDLine parsed)
    {
        parsed = default;
        parsed.Rate = 1;
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return colon < 0 ? "has no colon after the name" : "has no name";
        }

        parsed.Name = line[..colon];
        var rest = line[(colon + 1)..];
        var bar = rest.IndexOf((byte)'|');
        if (bar <= 0)
        {
            return bar < 0 ? "has no type" : "has no value";
        }

        parsed.Values = rest[..bar];
        rest = rest[(bar + 1)..];
        var next = rest.IndexOf((byte)'|');
        var type = next < 0 ? rest : rest[..next];
        if (!TryKind(type, out parsed.Kind))
        {
            return "has a type that is none of c, g, ms, h, d, s";
        }

        while (next >= 0)
        {
            rest = rest[(next + 1)..];
            next = rest.IndexOf((byte)'|');
            if (parsed.TrySection(next < 0 ? rest : rest[..next]) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    /// <summary>Whether the line is a DogStatsD event or service check, which are no metrics.</summary>
    public static bool IsUnsupported(ReadOnlySpan<byte> line) => line.StartsWith("_e{"u8) || line.StartsWith("_sc|"u8);

    private static bool TryKind(ReadOnlySpan<byte> type, out StatsDKind kind)
    {
        kind = default;
        if (type.Length == 1)
        {
            switch (type[0])
            {
                case (byte)'c':
                    return true;
                case (byte)'g':
                    kind = StatsDKind.Gauge;
                    return true;
                case (byte)'s':
                    kind = StatsDKind.Set;
                    return true;
                case (byte)'h' or (byte)'d':
                    kind = StatsDKind.Distribution;
                    return true;
            }
        }

        kind = StatsDKind.Distribution;
        return type.SequenceEqual("ms"u8);
    }

    private string? TrySection(ReadOnlySpan<byte> section)
    {
        if (section.IsEmpty)
        {
            return "has an empty section";
        }

        switch (section[0])
        {
            case (byte)'@':
                return AsciiNumber.TryReadWhole(section[1..], out Rate) && Rate is >= MinRate and <= 1
                    ? null
                    : "has a sample rate that is not from 1e-9 to 1";
            case (byte)'#':
                Tags = section[1..];
                return null;
            default:
                return IsExtension(section) ? null : "has a section that is neither @rate nor #tags";
        }
    }

    // DogStatsD's container id, external data, cardinality and timestamp: the value counts, these are passed over.
    private static bool IsExtension(ReadOnlySpan<byte> section) =>
        section.StartsWith("c:"u8)
        || section.StartsWith("e:"u8)
        || section.StartsWith("card:"u8)
        || (section[0] == 'T' && section.Length > 1 && !section[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9'));
}

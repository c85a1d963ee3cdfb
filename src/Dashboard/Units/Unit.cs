namespace Metrics.Dashboard.Units;

/// <summary>What a number measures, and so how it is written.</summary>
public enum Unit
{
    /// <summary>A plain number with SI prefixes: 12.5 k.</summary>
    Number,

    /// <summary>0 to 100.</summary>
    Percent,

    /// <summary>Bytes with binary prefixes: 1.5 GiB.</summary>
    Bytes,

    /// <summary>Bytes a second: 1.5 MiB/s.</summary>
    BytesPerSecond,

    /// <summary>Milliseconds, written as µs, ms, s or min.</summary>
    Milliseconds,

    /// <summary>Seconds, written as µs, ms, s or min.</summary>
    Seconds,

    /// <summary>Events a second: 12.5 k/s.</summary>
    PerSecond,
}

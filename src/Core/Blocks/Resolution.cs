namespace Metrics.Core.Blocks;

/// <summary>What a block's rows stand for.</summary>
public enum Resolution : byte
{
    /// <summary>Samples and distributions as they came.</summary>
    Raw = 0,

    /// <summary>One row a minute.</summary>
    Minute = 1,

    /// <summary>One row an hour.</summary>
    Hour = 2,

    /// <summary>One row a day (UTC).</summary>
    Day = 3,
}

/// <summary>Lengths and names of resolutions.</summary>
public static class Resolutions
{
    public static readonly IReadOnlyList<Resolution> All = [Resolution.Raw, Resolution.Minute, Resolution.Hour, Resolution.Day];

    /// <summary>Milliseconds that a row stands for; 1 for raw data.</summary>
    public static long LengthMs(this Resolution resolution) => resolution switch
    {
        Resolution.Minute => 60_000,
        Resolution.Hour => 3_600_000,
        Resolution.Day => 86_400_000,
        _ => 1,
    };

    /// <summary><c>raw</c>, <c>1m</c>, <c>1h</c>, <c>1d</c>: as in answers and object names.</summary>
    public static string Name(this Resolution resolution) => resolution switch
    {
        Resolution.Minute => "1m",
        Resolution.Hour => "1h",
        Resolution.Day => "1d",
        _ => "raw",
    };
}

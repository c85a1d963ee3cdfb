using Metrics.Core.Blocks;

namespace Metrics.Core.Query.Planning;

/// <summary>How long each resolution of a series is kept, in milliseconds; <see cref="long.MaxValue"/> for ever.</summary>
public readonly record struct RetentionSpans(long RawMs, long MinuteMs, long HourMs, long DayMs)
{
    public static readonly RetentionSpans Forever = new(long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue);

    public long this[Resolution resolution] => resolution switch
    {
        Resolution.Minute => MinuteMs,
        Resolution.Hour => HourMs,
        Resolution.Day => DayMs,
        _ => RawMs,
    };

    /// <summary>The oldest millisecond that is still kept at a time.</summary>
    public long FloorMs(Resolution resolution, long nowMs)
    {
        var span = this[resolution];
        return span == long.MaxValue || nowMs < long.MinValue + span ? long.MinValue : nowMs - span;
    }
}

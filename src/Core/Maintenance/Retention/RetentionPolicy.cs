using Metrics.Core.Blocks;
using Metrics.Core.Query;

namespace Metrics.Core.Maintenance.Retention;

/// <summary>How long the data of some series is kept.</summary>
/// <param name="Name">For people; unique among its like.</param>
/// <param name="Metric">A metric's name, in which <c>*</c> stands for any characters; null for every metric.</param>
/// <param name="Tags">All must hold.</param>
/// <param name="Raw">For samples; null: as for all other series.</param>
/// <param name="Minute">For rows of one minute.</param>
/// <param name="Hour">For rows of one hour.</param>
/// <param name="Day">For rows of one day.</param>
public sealed record RetentionPolicy(
    string Name, string? Metric, IReadOnlyList<TagMatcher> Tags, TimeSpan? Raw, TimeSpan? Minute, TimeSpan? Hour, TimeSpan? Day)
{
    /// <summary>What it says of a resolution; null: nothing.</summary>
    public TimeSpan? For(Resolution resolution) => resolution switch
    {
        Resolution.Raw => Raw,
        Resolution.Minute => Minute,
        Resolution.Hour => Hour,
        _ => Day,
    };
}

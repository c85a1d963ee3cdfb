using Metrics.Dashboard.Data;

namespace Metrics.Dashboard.Overview;

/// <summary>What one query of a page last gave.</summary>
/// <param name="Frame">The newest data; kept when a later refresh fails.</param>
/// <param name="UpdatedAt">When it came.</param>
/// <param name="Error">Why the newest refresh failed, or null.</param>
public sealed record PanelState(ChartFrame? Frame, DateTimeOffset? UpdatedAt, string? Error)
{
    public static readonly PanelState Loading = new(null, null, null);

    /// <summary>The state of a panel that draws several queries together: one that failed does not take the others' lines away.</summary>
    public static PanelState Merge(IReadOnlyList<PanelState> states)
    {
        var frames = states.Where(static state => state.Frame is not null).Select(static state => state.Frame!).ToList();
        return new PanelState(
            frames.Count == 0 ? null : ChartFrame.Merge(frames),
            states.Min(static state => state.UpdatedAt),
            states.FirstOrDefault(static state => state.Error is not null)?.Error);
    }
}

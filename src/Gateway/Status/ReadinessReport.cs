using Metrics.Core.Status;

namespace Metrics.Gateway.Status;

/// <summary>The readiness of the process: that of all its parts.</summary>
public sealed class ReadinessReport(IEnumerable<IReadiness> parts)
{
    private readonly IReadiness[] _parts = [.. parts];

    public bool IsReady => Array.TrueForAll(_parts, static part => part.IsReady);

    /// <summary>What each part that is not ready waits for; empty when all are.</summary>
    public string Reason => string.Join("; ", _parts.Where(static part => !part.IsReady).Select(static part => part.Reason));
}

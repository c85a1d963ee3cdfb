namespace Metrics.Core.Status;

/// <summary>
/// A part of the process that must have come up before requests are taken: the write-ahead log's replay, for one. Any number
/// may be registered; the process is ready when all of them are.
/// </summary>
public interface IReadiness
{
    /// <summary>True once requests can be answered. Cheap: it is read on every request.</summary>
    bool IsReady { get; }

    /// <summary>
    /// While not ready, a clause that says what is waited for and how far it has come: "the write-ahead log is being
    /// replayed (12 of 40 MB)". Shown to clients.
    /// </summary>
    string Reason { get; }
}

using Metrics.Core.Status;

namespace Metrics.Gateway.Tests.Support;

internal sealed class FakeReadiness : IReadiness
{
    public bool IsReady { get; set; } = true;

    public string Reason => "the write-ahead log is being replayed (12 of 40 MB)";
}

namespace Metrics.Core.Tests.Files;

internal enum FaultKind
{
    /// <summary>The operation fails; a write leaves half of its bytes.</summary>
    Error,

    /// <summary>The process dies in the operation; a write leaves half of its bytes.</summary>
    Kill,
}

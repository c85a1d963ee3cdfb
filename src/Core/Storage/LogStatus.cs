using Metrics.Core.Wal;

namespace Metrics.Core.Storage;

/// <summary>One of the engine's two logs, as it is now and as the replay found it.</summary>
/// <param name="Name">The directory of its segments, below the data set's: <c>wal</c> or <c>series</c>.</param>
/// <param name="Bytes">Bytes of all its segment files.</param>
/// <param name="Segments">Its segment files.</param>
/// <param name="Recovery">What the replay found in it.</param>
public sealed record LogStatus(string Name, long Bytes, int Segments, WalRecovery Recovery);

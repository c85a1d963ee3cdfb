namespace Metrics.Core.Tests.Wal;

/// <summary>The machine's clock, for tests of real files where flushes must happen by themselves.</summary>
internal sealed class SystemClock : TimeProvider
{
    public static TimeProvider Time { get; } = new SystemClock();
}

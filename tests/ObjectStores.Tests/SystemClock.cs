namespace Metrics.ObjectStores.Tests;

internal static class SystemClock
{
#pragma warning disable RS0030 // Real stores and processes go by the system's clock.
    public static TimeProvider Instance { get; } = TimeProvider.System;
#pragma warning restore RS0030
}

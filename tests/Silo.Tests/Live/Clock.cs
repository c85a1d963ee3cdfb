namespace Metrics.Silo.Tests.Live;

/// <summary>The clock that a process of its own goes by.</summary>
internal static class Clock
{
#pragma warning disable RS0030 // A real process has the system's clock, and its tests have to have the same.
    private static readonly TimeProvider Time = TimeProvider.System;
#pragma warning restore RS0030

    public static long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
}

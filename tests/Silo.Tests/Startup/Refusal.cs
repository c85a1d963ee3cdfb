using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Startup;

/// <summary>How a start that cannot succeed ends.</summary>
internal static class Refusal
{
    /// <summary>One line on standard error that has all of this in it, exit code 2, no stack trace.</summary>
    public static async Task Assert(ChildProcess process, params string[] said)
    {
        var code = await process.WaitForExit(TimeSpan.FromSeconds(30));
        Xunit.Assert.True(code == 2, $"It ended with {code}:\n{process.Output}\n{process.Errors}");
        var line = Xunit.Assert.Single(process.Errors.Split('\n'));
        Xunit.Assert.All(said, part => Xunit.Assert.Contains(part, line, StringComparison.Ordinal));
        Xunit.Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
    }
}

using Metrics.LoadGenerator.Data;
using Metrics.LoadGenerator.Http;
using Metrics.LoadGenerator.Reports;

namespace Metrics.LoadGenerator.Modes;

/// <summary>
/// Counts the points of every metric of the fleet over a range and compares with what was acknowledged. Points that were sent but not
/// answered may be there too, so that the upper bound is another figure.
/// </summary>
internal static class Verification
{
    public static int Run(CommandLine options, Uri target, Report report)
    {
        var from = options.Number("from-ms") ?? throw new UsageException("Write --from-ms: the first millisecond that was sent.");
        var to = options.Number("to-ms") ?? throw new UsageException("Write --to-ms: a millisecond after the last one that was sent.");
        var expected = options.Number("expected") ?? throw new UsageException("Write --expected: the samples that were acknowledged.");
        var atMost = options.Number("expected-at-most") ?? expected;
        options.RefuseOthers();
        using var connection = new HttpConnection(target);
        var client = new QueryClient(connection);
        var found = DevopsFleet.Metrics.Sum(metric => client.Ask(metric, "count", from, to) ?? 0);
        report.Add("samples found", found, "samples");
        report.Add("samples expected", expected, "samples");
        report.Add("samples lost", Math.Max(0, expected - found), "samples");
        report.Add("samples too many", Math.Max(0, found - atMost), "samples");
        return found >= expected && found <= atMost ? 0 : 1;
    }
}

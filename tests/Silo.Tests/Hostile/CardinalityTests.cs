using System.Globalization;
using System.Net;
using Metrics.Silo.Tests.Live;

namespace Metrics.Silo.Tests.Hostile;

[Collection(nameof(HostileCollection))]
public class CardinalityTests(AttackedSilo attacked)
{
    private const int Requests = 60;
    private const int SeriesPerRequest = 5000;

    [Fact]
    public async Task Three_hundred_thousand_new_series_of_one_metric_are_refused_at_its_limit_and_named()
    {
        var nowMs = Clock.NowMs - 60_000;
        await using var bystander = new Bystander(attacked.Silo);
        await attacked.Silo.Write(new Point("exploding", "user_id", "known", nowMs, 1));

        // At the limit remote write says 400 for what it refused, and JSON 202 as long as anything was taken.
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Requests),
            new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = TestContext.Current.CancellationToken },
            async (request, _) =>
            {
                var points = Enumerable.Range(0, SeriesPerRequest)
                    .Select(i => new Point("exploding", "user_id", string.Create(CultureInfo.InvariantCulture, $"u-{request}-{i}"), nowMs, 1));
                using var response = request % 2 == 0 ? await attacked.Silo.PostJson(points) : await attacked.Silo.PostRemoteWrite(points);
                Assert.Contains(response.StatusCode, new[] { HttpStatusCode.Accepted, HttpStatusCode.NoContent, HttpStatusCode.BadRequest });
            });

        var report = await attacked.Silo.GetJson("/api/v1/status/cardinality");
        var refused = Assert.Single(report["refusedMetrics"]!.AsArray(), static m => (string?)m!["metric"] == "exploding")!;
        Assert.Equal(AttackedSilo.MaxSeriesPerMetric, (int)refused["series"]!);
        Assert.Equal((Requests * SeriesPerRequest) + 1 - AttackedSilo.MaxSeriesPerMetric, (int)refused["refused"]!);
        Assert.Equal("user_id", (string?)refused["tags"]![0]!["key"]);
        Assert.Contains("exploding", (string?)refused["reason"], StringComparison.Ordinal);
        Assert.Contains("user_id", (string?)refused["reason"], StringComparison.Ordinal);

        // The series that exist go on, and so do other metrics; the answer to a new one names metric and tag.
        await attacked.Silo.Write(new Point("exploding", "user_id", "known", nowMs + 1, 1), new Point("other", "user_id", "new", nowMs, 1));
        using var answer = await attacked.Silo.PostJson([new Point("exploding", "user_id", "one-more", nowMs, 1)]);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var said = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("exploding", said, StringComparison.Ordinal);
        Assert.Contains("user_id", said, StringComparison.Ordinal);

        await bystander.AssertServed();
        attacked.AssertBounded();
    }
}

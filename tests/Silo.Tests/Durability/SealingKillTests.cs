using System.Globalization;
using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Durability;

/// <summary>Kills while data is sealed, rolled up, merged, published and deleted all the time.</summary>
public class SealingKillTests
{
    private const int Rounds = 6;
    private const int BatchPoints = 100;
    private const long DayMs = 86_400_000;

    [Fact]
    public async Task Everything_that_was_answered_for_counts_once_however_often_maintenance_is_cut_off()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var baseMs = (Clock.NowMs / DayMs * DayMs) - (5 * DayMs);
        await using var silo = new SiloProcess(
            settings:
            [
                "--Metrics:Shards=2", "--Metrics:SelfMonitoring:Enabled=false", "--Metrics:Maintenance:Interval=00:00:00.200",
                "--Metrics:Maintenance:SealSamples=20", "--Metrics:Maintenance:LateDelay=00:00:01", "--Metrics:Wal:SegmentBytes=65536",
                "--Metrics:Wal:CheckpointBytes=100000",
            ]);
        var sent = 0;
        for (var round = 0; round < Rounds; round++)
        {
            await silo.Start();

            // Whether the last batch was taken before the kill is not known: the same again is harmless.
            await silo.Write(Batch(Math.Max(sent - 1, 0), baseMs));
            sent = Math.Max(sent, 1);
            var batches = random.Next(5, 30);
            for (var i = 0; i < batches; i++)
            {
                await silo.Write(Batch(sent++, baseMs));
            }

            for (var i = 0; i < 5; i++)
            {
                await EveryPointCountsOnce(silo, sent, baseMs);
                await silo.Write(Batch(sent++, baseMs));
            }

            var last = WriteUntilKilled(silo, Batch(sent, baseMs));
            await silo.Kill();
            await last;
            sent++;
        }

        await silo.Start();
        await silo.Write(Batch(sent - 1, baseMs));
        await EveryPointCountsOnce(silo, sent, baseMs);
        await Eventually.True(async () =>
        {
            var pending = (await silo.GetJson("/api/v1/status/storage"))["pending"]!.AsObject();
            return pending.All(static p => (long)p.Value! == 0);
        });
        await EveryPointCountsOnce(silo, sent, baseMs);
        Assert.Equal(0, await silo.Stop());
    }

    private static async Task WriteUntilKilled(SiloProcess silo, Point[] batch)
    {
        try
        {
            await silo.Write(batch);
        }
        catch (HttpRequestException)
        {
            // Cut off, as it is meant to be; it is sent again.
            TestContext.Current.TestOutputHelper!.WriteLine("cut off");
        }
    }

    /// <summary>Every point its own timestamp, here and there in four days.</summary>
    private static Point[] Batch(int number, long baseMs) =>
        [.. Enumerable.Range(number * BatchPoints, BatchPoints).Select(i => new Point(
            "m", "k", (i % 7).ToString(CultureInfo.InvariantCulture), baseMs + (i * 7_919_003L % (4 * DayMs)), i))];

    private static async Task EveryPointCountsOnce(SiloProcess silo, int batches, long baseMs)
    {
        foreach (var seconds in (int[])[86_400, 3600, 90])
        {
            // For a moment after its start the server does not know whether it knows all blocks, and says so.
            var counts = await Eventually.Get(
                async () =>
                {
                    try
                    {
                        return await silo.QueryBuckets("m", "count", baseMs, baseMs + (4 * DayMs), seconds);
                    }
                    catch (Xunit.Sdk.NullException)
                    {
                        return null;
                    }
                },
                static found => found is not null);
            Assert.Equal(batches * BatchPoints, counts!.Values.Sum());
        }
    }
}

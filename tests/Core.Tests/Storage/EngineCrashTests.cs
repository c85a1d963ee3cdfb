using Metrics.Core.Ingestion;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;

namespace Metrics.Core.Tests.Storage;

public class EngineCrashTests
{
    private static readonly WalOptions SmallSegments = new() { Commit = "batch", SegmentBytes = 4096 };

    [Theory]
    [InlineData(FaultKind.Kill)]
    [InlineData(FaultKind.Error)]
    public async Task Whatever_operation_fails_what_was_acknowledged_is_there_once(object kind)
    {
        var whole = new FaultyFileSystem();
        var (all, _) = await WorkAsync(whole);
        Assert.True(all.Count > 100);
        for (var at = 1; at <= whole.Operations; at++)
        {
            var files = new FaultyFileSystem { FaultAt = at, Fault = (FaultKind)kind };
            var (acknowledged, attempted) = await WorkAsync(files);
            var after = files.AfterKill();
            SortedDictionary<string, string> found;
            await using (var engine = EngineHarness.Open(after, wal: SmallSegments))
            {
                found = engine.ReadAll();
                Check(acknowledged, attempted, found);

                // New series after the crash must not take over the numbers of older ones.
                await engine.AppendAsync((1000, 0, at), (0, 1, at));
                found["1000@0"] = found["0@1"] = $"{at}";
            }

            await using var again = EngineHarness.Open(after, wal: SmallSegments);
            Assert.Equal(found, again.ReadAll());
            Assert.Equal(0, again.OrphanedSamples);
        }
    }

    [Fact]
    public async Task A_full_disk_refuses_writes_until_there_is_room()
    {
        var files = new FaultyFileSystem();
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await using (var engine = EngineHarness.Open(files))
        {
            await engine.AppendAsync((1, 0, 1));
            files.Capacity = files.Paths.Sum(p => files.Content(p).Length) + 10;
            await Assert.ThrowsAsync<WriteUnavailableException>(() => engine.AppendAsync((1, 1, 2)).AsTask());
            await Assert.ThrowsAsync<WriteUnavailableException>(() => engine.AppendAsync((2, 1, 2)).AsTask());
            Assert.Equal(["1@0"], engine.ReadAll().Keys);
            files.Capacity = long.MaxValue;
            await engine.AppendAsync((1, 2, 3), (2, 2, 4));
            foreach (var (key, value) in engine.ReadAll())
            {
                expected.Add(key, value);
            }
        }

        Assert.Equal(["1@0", "1@2", "2@2"], expected.Keys);
        await using var again = EngineHarness.Open(files);
        Check(expected, new(expected) { ["1@1"] = "2", ["2@1"] = "2" }, again.ReadAll());
    }

    [Fact]
    public async Task Batches_that_meet_over_new_series_are_all_there_after_a_kill()
    {
        var files = new FaultyFileSystem();
        await using var engine = EngineHarness.Open(files, wal: new WalOptions { Commit = "100ms" });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(task => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await engine.AppendAsync((i / 4, (i * 4) + task, i), (200 + i, task, i));
            }
        })));
        await using var after = EngineHarness.Open(files.AfterKill());
        Assert.Equal(800, after.SamplesInMemory);
        Assert.Equal(engine.ReadAll(), after.ReadAll());
    }

    private static void Check(
        SortedDictionary<string, string> acknowledged, SortedDictionary<string, string> attempted, SortedDictionary<string, string> found)
    {
        // What was refused may be there as well, but nothing else.
        Assert.Subset(attempted.ToHashSet(), found.ToHashSet());
        Assert.Superset(acknowledged.ToHashSet(), found.ToHashSet());
    }

    /// <summary>New and known series, late samples, distributions, over several segments; goes on after each failure.</summary>
    private static async Task<(SortedDictionary<string, string> Acknowledged, SortedDictionary<string, string> Attempted)> WorkAsync(
        FaultyFileSystem files)
    {
        var acknowledged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var attempted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        StorageEngine engine;
        try
        {
            engine = EngineHarness.Open(files, wal: SmallSegments);
        }
        catch (IOException)
        {
            return (acknowledged, attempted);
        }

        for (var round = 0; round < 12; round++)
        {
            var batch = new SortedDictionary<string, string>(StringComparer.Ordinal);
            using var buffer = new SampleBuffer();
            for (var i = 0; i < 10; i++)
            {
                var series = i < 5 ? i : (round * 10) + i;
                var at = ((round % 2 == 0 ? round : -round) * 1000) - i;
                buffer.Add(engine.SeriesOf(series), EngineHarness.NowMs + at, round + (i / 10.0));
                batch[$"{series}@{at}"] = $"{round + (i / 10.0):R}";
            }

            if (round % 3 == 0)
            {
                var digest = EngineHarness.Digest(round, 2 * round, 77);
                buffer.Add(engine.SeriesOf(500 + (round % 2)), EngineHarness.NowMs + round, digest);
                batch[$"{500 + (round % 2)}@d{round}"] = Convert.ToHexString(digest);
            }

            Put(batch, attempted);
            try
            {
                await engine.AppendAsync(buffer, TestContext.Current.CancellationToken);
                Put(batch, acknowledged);
            }
            catch (WriteUnavailableException)
            {
                Assert.NotEqual(0, files.FaultAt);
            }
        }

        await engine.DisposeAsync();
        return (acknowledged, attempted);
    }

    private static void Put(SortedDictionary<string, string> from, SortedDictionary<string, string> into)
    {
        foreach (var (key, value) in from)
        {
            into[key] = value;
        }
    }
}

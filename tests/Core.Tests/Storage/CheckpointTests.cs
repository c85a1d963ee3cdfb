using Metrics.Core.Query;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;

namespace Metrics.Core.Tests.Storage;

public class CheckpointTests
{
    private const string Manifest = "/data/checkpoint/checkpoint.json";
    private readonly FaultyFileSystem _files = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_start_from_a_checkpoint_and_the_log_after_it_has_everything()
    {
        SortedDictionary<string, string> before;
        await using (var engine = EngineHarness.Open(_files))
        {
            await FillAsync(engine);
            await engine.WriteCheckpointAsync(Cancellation);
            Assert.Equal(["/data/wal/000000000002.wal"], Wal());
            await engine.AppendAsync((1, 5, 50), (1, 60_001, 7), (77, 0, 8));
            await engine.DeleteAsync(engine.SeriesOf(2).Shard, new SeriesSelector(null, [TagMatcher.Equal("number", "2")]), 0, long.MaxValue, Cancellation);
            before = engine.ReadAll();
        }

        for (var i = 0; i < 2; i++)
        {
            await using var again = EngineHarness.Open(_files);
            Assert.Equal(before, again.ReadAll());
            Assert.Equal(0, again.OrphanedSamples);
            await again.AppendAsync((78 + i, 0, 9));
            before[$"{78 + i}@0"] = "9";
            await again.WriteCheckpointAsync(Cancellation);
            Assert.Single(Wal());
            Assert.InRange(_files.Paths.Count(static p => p.EndsWith(".block", StringComparison.Ordinal)), 1, 2);
        }
    }

    [Fact]
    public async Task A_checkpoint_without_anything_logged_after_it_is_loaded()
    {
        SortedDictionary<string, string> before;
        await using (var engine = EngineHarness.Open(_files))
        {
            await FillAsync(engine);
            await engine.WriteCheckpointAsync(Cancellation);
            before = engine.ReadAll();
        }

        await using var again = EngineHarness.Open(_files);
        Assert.Equal(before, again.ReadAll());
        Assert.Equal(before.Count, again.SamplesInMemory);
    }

    [Fact]
    public async Task A_checkpoint_is_due_by_the_bytes_of_the_log_since_the_last_one()
    {
        await using var never = EngineHarness.Open(_files, wal: new WalOptions { Commit = "batch", CheckpointBytes = 0 });
        await FillAsync(never);
        Assert.False(await never.WriteCheckpointIfDueAsync(Cancellation));
        var files = new FaultyFileSystem();
        await using var engine = EngineHarness.Open(files, wal: new WalOptions { Commit = "batch", CheckpointBytes = 4000 });
        await engine.AppendAsync((1, 0, 1));
        Assert.False(await engine.WriteCheckpointIfDueAsync(Cancellation));
        await FillAsync(engine);
        Assert.True(await engine.WriteCheckpointIfDueAsync(Cancellation));
        Assert.InRange(engine.BytesSinceCheckpoint, 0, 100);
        Assert.False(await engine.WriteCheckpointIfDueAsync(Cancellation));
    }

    [Fact]
    public async Task What_was_sealed_after_the_checkpoint_is_not_loaded()
    {
        await using (var engine = EngineHarness.Open(_files))
        {
            await engine.AppendAsync((1, -9_000_000, 1), (1, 0, 2));
            await engine.WriteCheckpointAsync(Cancellation);
            var cut = await engine.CutLogAsync(Cancellation);
            await engine.MarkSealedAsync(engine.SeriesOf(1).Shard, cut, EngineHarness.NowMs, Cancellation);
        }

        await using var again = EngineHarness.Open(_files);
        Assert.Equal(["1@0"], again.ReadAll().Keys);
        Assert.Equal(1, again.PassedOverSamples);
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_a_checkpoint_never_fails_the_start_and_changes_no_value()
    {
        SortedDictionary<string, string> before;
        await using (var engine = EngineHarness.Open(_files))
        {
            await engine.AppendAsync((1, 0, 1), (1, 10, 2), (2, 0, 3), (3, 7, 4));
            await engine.WriteCheckpointAsync(Cancellation);
            await engine.AppendAsync((2, 10, 5));
            before = engine.ReadAll();
        }

        foreach (var path in _files.Paths.Where(static p => p.StartsWith("/data/checkpoint/", StringComparison.Ordinal)).ToList())
        {
            for (var at = 0; at < _files.Content(path).Length; at += 3)
            {
                var damaged = _files.AfterKill();
                var content = damaged.Content(path);
                content[at] ^= (byte)(1 << (at % 8));
                damaged.SetContent(path, content);
                await using var engine = EngineHarness.Open(damaged);
                var found = engine.ReadAll();
                Assert.Subset(before.ToHashSet(), found.ToHashSet());
                Assert.Contains("2@10", found.Keys);
                if (path == Manifest && !System.Text.Encoding.UTF8.GetString(content).Contains(".block", StringComparison.Ordinal))
                {
                    Assert.Equal(before, found);
                }
            }
        }
    }

    private static async Task FillAsync(StorageEngine engine)
    {
        for (var i = 0; i < 50; i++)
        {
            await engine.AppendAsync((1, i * 1000, i), (2, i * 1000, -i), (3, -9_000_000 + i, i), (i + 4, 5, i));
        }

        using var buffer = new SampleBuffer();
        buffer.Add(engine.SeriesOf(2), EngineHarness.NowMs + 5, EngineHarness.Digest(1, 2, 3));
        buffer.Add(engine.SeriesOf(3), EngineHarness.NowMs + 5, EngineHarness.Digest(1, 2, 3));
        await engine.AppendAsync(buffer, Cancellation);
    }

    private IEnumerable<string> Wal() => _files.Paths.Where(static p => p.StartsWith("/data/wal/", StringComparison.Ordinal));
}

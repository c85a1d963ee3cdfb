using System.Text;
using Metrics.Core.Cardinality;
using Metrics.Core.Files;
using Metrics.Core.Ingestion;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Storage;

public class StorageEngineTests
{
    private readonly FaultyFileSystem _files = new();

    [Fact]
    public async Task What_was_appended_is_there_after_a_restart()
    {
        SortedDictionary<string, string> before;
        await using (var engine = EngineHarness.Open(_files))
        {
            await engine.AppendAsync((1, 0, 1), (2, 0, 2), (1, 1000, double.NaN), (1, -5, -0.0), (1, 0, 3));
            await engine.AppendAsync();
            before = engine.ReadAll();
            Assert.Equal(5, engine.SamplesInMemory);
            Assert.True(engine.WalBytes > 0);
            engine.Seal(engine.Shards[0]);
            engine.Seal(engine.Shards[1]);
            Assert.Equal(before, engine.ReadAll());
        }

        Assert.Equal(["1@-5", "1@0", "1@1000", "2@0"], before.Keys);
        await using var again = EngineHarness.Open(_files);
        Assert.Equal(before, again.ReadAll());
        Assert.Equal(5, again.SamplesInMemory);
        Assert.NotNull(again.Find(EngineHarness.Key(2).Id));
        Assert.Null(again.Find(EngineHarness.Key(3).Id));
    }

    [Fact]
    public async Task A_replay_that_is_ended_early_changes_nothing()
    {
        await using (var engine = EngineHarness.Open(_files))
        {
            await engine.AppendAsync((1, 0, 1), (2, 0, 2));
        }

        await using (var engine = EngineHarness.Create(_files))
        {
            Assert.Throws<OperationCanceledException>(() => engine.Open(new CancellationToken(canceled: true)));
            Assert.NotEqual(EngineState.Ready, engine.State);
        }

        await using var again = EngineHarness.Open(_files);
        Assert.Equal(["1@0", "2@0"], again.ReadAll().Keys);
        Assert.Equal(0, again.Recovery!.Value.Samples.CorruptionCount);
    }

    [Fact]
    public async Task Batches_larger_than_a_record_are_split()
    {
        var wal = new WalOptions { Commit = "batch", MaxRecordBytes = 1024 };
        await using (var engine = EngineHarness.Open(_files, wal: wal))
        {
            using var buffer = new SampleBuffer();
            for (var i = 0; i < 500; i++)
            {
                buffer.Add(engine.SeriesOf(i % 50), EngineHarness.NowMs + (i % 2 == 0 ? i : -100_000_000L * i), i);
            }

            for (var i = 0; i < 20; i++)
            {
                buffer.Add(engine.SeriesOf(i), EngineHarness.NowMs + i, EngineHarness.Digest([.. Enumerable.Range(0, 10 * i).Select(v => v * 1.1)]));
            }

            await engine.AppendAsync(buffer, TestContext.Current.CancellationToken);
        }

        await using var again = EngineHarness.Open(_files, wal: wal);
        Assert.Equal(520, again.SamplesInMemory);
        Assert.Equal(0, again.Recovery!.Value.Samples.CorruptionCount);
    }

    [Fact]
    public async Task A_series_that_comes_in_before_the_replay_is_not_mixed_up_with_another()
    {
        await using (var engine = EngineHarness.Open(_files))
        {
            await engine.AppendAsync((1, 0, 1));
            await engine.AppendAsync((2, 0, 2));
        }

        await using (var engine = EngineHarness.Create(_files))
        {
            _ = engine.SeriesOf(9);
            _ = engine.SeriesOf(2);
            await Assert.ThrowsAsync<WriteUnavailableException>(() => engine.AppendAsync((9, 0, 9)).AsTask());
            engine.Open(TestContext.Current.CancellationToken);
            await engine.AppendAsync((9, 1, 9), (2, 1, 2), (1, 1, 1));
        }

        await using var again = EngineHarness.Open(_files);
        Assert.Equal(["1@0", "1@1", "2@0", "2@1", "9@1"], again.ReadAll().Keys);
        Assert.Equal(["1", "1", "2", "2", "9"], again.ReadAll().Values);
    }

    [Fact]
    public async Task Limits_refuse_new_series_but_a_replay_restores_all()
    {
        await using (var engine = EngineHarness.Open(_files, limits: new CardinalityOptions { MaxSeries = 3, MaxSeriesPerMetric = 2 }))
        {
            await engine.AppendAsync((0, 0, 1), (3, 0, 2));
            Assert.Equal(Admission.TooManySeriesOfMetric, engine.GetOrAdd(EngineHarness.Key(6), out var refused));
            Assert.Null(refused);
            await engine.AppendAsync((1, 0, 3));
            Assert.Equal(Admission.TooManySeries, engine.GetOrAdd(EngineHarness.Key(2), out _));
            Assert.Equal(Admission.Admitted, engine.GetOrAdd(EngineHarness.Key(3), out _));
        }

        await using var again = EngineHarness.Open(_files, limits: new CardinalityOptions { MaxSeries = 1, MaxSeriesPerMetric = 1 });
        Assert.Equal(["0@0", "1@0", "3@0"], again.ReadAll().Keys);
        Assert.Equal(Admission.TooManySeries, again.GetOrAdd(EngineHarness.Key(2), out _));
        await again.AppendAsync((3, 1, 4));
    }

    [Fact]
    public async Task A_replay_leaves_out_what_is_older_than_may_be()
    {
        var time = new FakeTimeProvider(EngineHarness.Now);
        var options = new StorageOptions { Shards = 2, Ingest = new() { MaxAge = TimeSpan.FromHours(1) } };
        await using (var engine = EngineHarness.Open(_files, options, time: time))
        {
            await engine.AppendAsync((1, 0, 1), (1, 60_000, 2), (2, 0, 3));
        }

        time.Advance(TimeSpan.FromMinutes(61));
        await using var again = EngineHarness.Open(_files, options, time: time);
        Assert.Equal(["1@60000"], again.ReadAll().Keys);
        Assert.Equal(0, again.OrphanedSamples);
        Assert.Equal(1, again.SamplesInMemory);
    }

    [Fact]
    public async Task Nothing_is_taken_before_the_start_and_after_the_end()
    {
        var engine = EngineHarness.Create(_files);
        Assert.Equal(EngineState.Closed, engine.State);
        await Assert.ThrowsAsync<WriteUnavailableException>(() => engine.AppendAsync((1, 0, 1)).AsTask());
        engine.Open(TestContext.Current.CancellationToken);
        await engine.AppendAsync((1, 0, 1));
        await engine.DisposeAsync();
        await Assert.ThrowsAsync<WriteUnavailableException>(() => engine.AppendAsync((1, 1, 1)).AsTask());
        await engine.DisposeAsync();
    }

    [Theory]
    [InlineData("{\"formatVersion\":2,\"shardCount\":4}")]
    [InlineData("{\"formatVersion\":1,\"shardCount\":3}")]
    [InlineData("{\"formatVersion\":1,\"shardCount\":0}")]
    [InlineData("{\"formatVersion\":1,\"shardCount\":-4}")]
    [InlineData("{\"formatVersion\":1,\"shardCount\":1073741824}")]
    [InlineData("{\"formatVersion\":1}")]
    [InlineData("{\"formatVersion\":1,\"shard")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("\u0001\u0002\u00ff")]
    public void A_manifest_that_cannot_be_read_stops_the_start_and_says_what_to_do(string manifest)
    {
        _files.SetContent(EngineHarness.Manifest, Encoding.Latin1.GetBytes(manifest));
        var error = Assert.Throws<InvalidDataException>(() => EngineHarness.Create(_files));
        Assert.Contains(EngineHarness.Manifest, error.Message, StringComparison.Ordinal);
        Assert.Contains("Metrics:DataPath", error.Message, StringComparison.Ordinal);
        Assert.Equal(Encoding.Latin1.GetBytes(manifest), _files.Content(EngineHarness.Manifest));
    }

    [Fact]
    public async Task The_number_of_shards_stays_what_it_was()
    {
        await using (var engine = EngineHarness.Open(_files, new StorageOptions { Shards = 4 }))
        {
            await engine.AppendAsync([.. Enumerable.Range(0, 20).Select(static i => (i, 0L, 1.0))]);
        }

        await using var again = EngineHarness.Open(_files, new StorageOptions { Shards = 8 });
        Assert.Equal((4, 4), (again.Manifest.ShardCount, again.Shards.Count));
        Assert.Equal(20, again.ReadAll().Count);
    }

    [Fact]
    public async Task A_second_process_is_refused_and_changes_nothing()
    {
        await using var engine = EngineHarness.Open(_files);
        await using var second = EngineHarness.Create(_files);
        Assert.Throws<FileLockedException>(second.Acquire);
        Assert.Throws<FileLockedException>(() => second.Open(TestContext.Current.CancellationToken));
        await engine.AppendAsync((1, 0, 1));
    }

    [Fact]
    public void Of_two_processes_on_a_new_directory_one_writes_the_manifest()
    {
        using (_files.Lock($"{EngineHarness.Directory}/LOCK"))
        {
            Assert.Throws<FileLockedException>(() => EngineHarness.Create(_files));
            Assert.Empty(_files.Paths);
        }

        EngineHarness.Create(_files).Acquire();
    }
}

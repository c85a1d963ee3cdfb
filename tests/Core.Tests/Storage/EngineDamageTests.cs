using Metrics.Core.Storage;
using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Storage;

public class EngineDamageTests
{
    private const string Definitions = "/data/series/000000000001.wal";
    private const string Samples = "/data/wal/000000000001.wal";

    [Fact]
    public async Task A_flipped_bit_anywhere_costs_the_samples_of_its_record_and_no_others()
    {
        var files = await WriteAsync();
        var records = Records(files);
        foreach (var path in new[] { Definitions, Samples })
        {
            for (var at = 0; at < files.Content(path).Length; at++)
            {
                var damaged = Flip(files.AfterKill(), path, at, at % 8);
                var expected = records.SelectMany(static r => r.Holds).ToHashSet();
                if (path == Samples && records.FindLastIndex(r => r.Start <= at) is >= 0 and var holder)
                {
                    expected.ExceptWith(records[holder].Holds);
                }

                await using var engine = EngineHarness.Open(damaged);
                Assert.Equal(expected.Order(StringComparer.Ordinal), engine.ReadAll().Keys);
                Assert.Equal(0, engine.OrphanedSamples);
                Assert.Equal(3, engine.Shards.Sum(static s => s.Count));
            }
        }
    }

    [Fact]
    public async Task Samples_whose_definitions_are_damaged_twice_are_counted_and_never_given_to_another_series()
    {
        var files = await WriteAsync();
        var definition = Records(files).FindAll(static r => r.Type == WalRecords.Definitions)[2];
        Flip(files, Samples, definition.Start + 40, 0);
        Flip(files, Definitions, files.Content(Definitions).Length - 5, 0);
        SortedDictionary<string, string> found;
        await using (var engine = EngineHarness.Open(files))
        {
            Assert.Equal(2, engine.OrphanedSamples);
            Assert.Equal(["1@0", "1@1", "2@0", "2@1", "2@d5"], engine.ReadAll().Keys);
            await engine.AppendAsync((4, 0, 40));
            await engine.AppendAsync((5, 0, 50));
            found = engine.ReadAll();
        }

        await using var again = EngineHarness.Open(files);
        Assert.Equal(2, again.OrphanedSamples);
        Assert.Equal(found, again.ReadAll());
    }

    [Fact]
    public async Task A_record_of_an_unknown_type_or_content_is_reported_and_the_rest_is_read()
    {
        var files = await WriteAsync();
        await using (var log = WriteAheadLog.Open(
            "/data/wal", new WalOptions { Commit = "batch" }, files, static (_, _, _) => { }, new FakeTimeProvider(), NullLogger.Instance))
        {
            await log.AppendAsync(99, new byte[8], TestContext.Current.CancellationToken);
            foreach (byte type in new[] { WalRecords.Definitions, WalRecords.Samples, WalRecords.Distributions })
            {
                await log.AppendAsync(type, "\u00ff\u00ff\u00ff\u007f\u00ff\u00ff\u00ff\u00ff\u0001"u8.ToArray(), TestContext.Current.CancellationToken);
            }
        }

        await using var engine = EngineHarness.Open(files);
        Assert.Equal(4, engine.Recovery!.Value.Samples.CorruptionCount);
        Assert.Equal(["1@0", "1@1", "2@0", "2@1", "2@d5", "3@0", "3@1"], engine.ReadAll().Keys);
    }

    /// <summary>Three series, each defined by a record of its own, and records of samples and of a distribution.</summary>
    private static async Task<FaultyFileSystem> WriteAsync()
    {
        var files = new FaultyFileSystem();
        await using var engine = EngineHarness.Open(files);
        await engine.AppendAsync((1, 0, 10));
        await engine.AppendAsync((2, 0, 20));
        await engine.AppendAsync((3, 0, 30));
        await engine.AppendAsync((1, 1, 11), (2, 1, 21), (3, 1, 31));
        using var buffer = new SampleBuffer();
        buffer.Add(engine.SeriesOf(2), EngineHarness.NowMs + 5, EngineHarness.Digest(1, 2, 3));
        await engine.AppendAsync(buffer, TestContext.Current.CancellationToken);
        return files.AfterKill();
    }

    /// <summary>The samples' log, record by record, with the keys of what each holds.</summary>
    private static List<(int Start, byte Type, string[] Holds)> Records(FaultyFileSystem files)
    {
        string[][] holds = [[], ["1@0"], [], ["2@0"], [], ["3@0"], ["1@1", "2@1", "3@1"], ["2@d5"]];
        var records = new List<(int Start, byte Type, string[] Holds)>();
        var log = WriteAheadLog.Open(
            "/data/wal",
            new WalOptions(),
            files.AfterKill(),
            (type, _, position) => records.Add(((int)position.Offset, type, holds[records.Count])),
            new FakeTimeProvider(),
            NullLogger.Instance);
        Assert.Equal(holds.Length, log.Recovery.Records);
        return records;
    }

    private static FaultyFileSystem Flip(FaultyFileSystem files, string path, int at, int bit)
    {
        var content = files.Content(path);
        content[at] ^= (byte)(1 << bit);
        files.SetContent(path, content);
        return files;
    }
}

using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;

namespace Metrics.Core.Tests.Wal;

/// <summary>Any sequence of appends, restarts, kills, power cuts, full disks and failing operations, against a list.</summary>
public sealed class WalModelTests
{
    [Property(MaxTest = 150)]
    public async Task A_replay_gives_what_a_list_of_the_acknowledged_records_holds(byte[] script, bool batch)
    {
        var options = new WalOptions { Commit = batch ? "batch" : "100ms", SegmentBytes = 4096 };
        var files = new FaultyFileSystem();
        var acknowledged = new List<string>();
        var refused = new HashSet<string>();
        var log = WalHarness.Open(files, options, out _);
        for (var step = 0; step < script.Length; step++)
        {
            var value = script[step];
            switch (value % 8)
            {
                case 0:
                    await log.DisposeAsync();
                    (log, files) = Reopen(files);
                    break;
                case 1:
                    (log, files) = Reopen(files.AfterKill());
                    break;
                case 2 when batch:
                    (log, files) = Reopen(files.AfterPowerCut(value > 128 ? new Random(value) : null));
                    break;
                case 3:
                    files.FaultAt = files.Operations + 1 + (value / 64);
                    break;
                case 4:
                    files.Capacity = value > 128 ? long.MaxValue : files.Paths.Sum(p => files.Content(p).Length) + value;
                    break;
                default:
                    var record = $"{step}:{new string('x', value * 5)}";
                    if (await log.TryAppendAsync(record))
                    {
                        acknowledged.Add("1:" + record);
                    }
                    else
                    {
                        refused.Add("1:" + record);
                    }

                    break;
            }
        }

        Reopen(files.AfterKill());

        (WriteAheadLog, FaultyFileSystem) Reopen(FaultyFileSystem survived)
        {
            survived.Capacity = long.MaxValue;
            survived.FaultAt = 0;
            var opened = WalHarness.Open(survived, options, out var replayed);
            Assert.Equal(acknowledged, replayed.Where(r => !refused.Contains(r)));
            return (opened, survived);
        }
    }

    [Property(MaxTest = 300)]
    public async Task Any_damage_leaves_only_records_that_were_written(NonEmptyArray<PositiveInt> damage)
    {
        var files = new FaultyFileSystem();
        var written = new List<string>();
        await using (var log = WalHarness.Open(files, WalHarness.Batch(4096), out _))
        {
            for (var i = 0; i < 40; i++)
            {
                await log.AppendAsync($"{i}:{new string('x', i * 10)}");
                written.Add($"1:{i}:{new string('x', i * 10)}");
            }
        }

        var touched = 0;
        foreach (var hit in damage.Get)
        {
            var path = files.Paths.ElementAt(hit.Get % files.Paths.Count());
            var content = files.Content(path);
            content[hit.Get * 7919 % content.Length] ^= (byte)(1 + (hit.Get % 255));
            files.SetContent(path, content);
            touched++;
        }

        var replayed = await WalHarness.ReplayAsync(files);
        Assert.Equal(written.Where(replayed.Contains), replayed);
        Assert.InRange(written.Count - replayed.Count, 0, touched);
    }
}

using Metrics.Core.Storage;
using Metrics.Core.Tests.Files;

namespace Metrics.Core.Tests.Storage;

/// <summary>A data set from before there were blocks: two logs, no state beside them.</summary>
public class OldLogTests
{
    private const string Definitions =
        "4d54525857414c0a01000000010000000000000000a8da769b010000de88aa99ff5752fe4400000001000000012872202ccad3a2010000001a000000" +
        "0764656661756c74076d65747269633101066e756d6265720131020000001a0000000764656661756c74076d65747269633201066e756d6265720132";

    private const string Samples =
        "4d54525857414c0a01000000010000000000000000a8da769b010000de88aa99ff5752fe4400000001000000012872202ccad3a2010000001a000000" +
        "0764656661756c74076d65747269633101066e756d6265720131020000001a0000000764656661756c74076d65747269633201066e756d6265720132" +
        "ff5752fe32000000020000009f81e48415ecc02703000000010000000200000001000000000000000000f83f00000000000004400000000000000c40" +
        "80a0d5edee66d00fb717ff5752fe1600000003000000ae25bd3e2c6042190200000001a8da769b01000006000000220208000201";

    [Fact]
    public async Task A_log_from_before_there_were_blocks_is_read_and_gone_on_with()
    {
        var files = new FaultyFileSystem();
        files.SetContent(EngineHarness.Manifest, "{\"formatVersion\":1,\"shardCount\":2}"u8.ToArray());
        files.SetContent("/data/series/000000000001.wal", Convert.FromHexString(Definitions));
        files.SetContent("/data/wal/000000000001.wal", Convert.FromHexString(Samples));
        for (var round = 0; round < 2; round++)
        {
            await using var engine = EngineHarness.Open(files);
            Assert.Equal((0L, 0L), (engine.Recovery!.Value.Samples.CorruptionCount, engine.Recovery!.Value.Definitions.CorruptionCount));
            Assert.Equal(["1@-500=3.5", "1@0=1.5", "2@1000=2.5", "2@d1=220208000201"], engine.ReadAll().Select(static p => $"{p.Key}={p.Value}"));
            Assert.Equal((1u, 2u), (engine.SeriesOf(1).Reference, engine.SeriesOf(2).Reference));
            await engine.WriteCheckpointAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain("/data/wal/000000000001.wal", files.Paths);
        }
    }
}

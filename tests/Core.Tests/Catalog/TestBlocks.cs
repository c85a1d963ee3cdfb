using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Files;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Catalog;

/// <summary>Blocks in their real format, with one series and one chunk whose bytes mean nothing.</summary>
internal static class TestBlocks
{
    public static NewBlock Write(CatalogHarness harness, long window)
    {
        var from = window * 2 * CatalogHarness.HourMs;
        var to = from + (2 * CatalogHarness.HourMs);
        var sequence = harness.Shard.NextSequence();
        var (name, path) = harness.Shard.NewBlockPath(Resolution.Raw, from, to, sequence);
        using var file = harness.Files.Open(path, FileOpening.CreateNew);
        using var writer = new BlockWriter(file, Resolution.Raw, 0, from, to, sequence);
        writer.BeginSeries(SeriesKey.Create("m", []));
        writer.AddChunk(new ChunkMeta(ChunkKind.Samples, from, from + 1000, 2, new ChunkAggregates(2, 3, 1, 2, 2, from + 1000), 0, 0, 0), [1, 2, 3, 4]);
        var summary = writer.Finish();
        file.FlushToDisk();
        return new NewBlock(
            new BlockInfo(name, Resolution.Raw, from, to, summary.MinMs, summary.MaxMs, summary.Series, summary.Samples, summary.Bytes, sequence, false, 1), path);
    }
}

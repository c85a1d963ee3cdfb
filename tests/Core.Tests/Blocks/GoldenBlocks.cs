using System.Buffers;
using Metrics.Core.Blocks;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Blocks;

/// <summary>What is in the golden blocks; see Golden/README.md. Never changed: a new one is added instead.</summary>
internal static class GoldenBlocks
{
    public static readonly IReadOnlyDictionary<string, Func<BlockModel>> All = new Dictionary<string, Func<BlockModel>>
    {
        ["v1-one-chunk"] = static () => BlockModel.Of([(SeriesKey.Create("up"), [SmallBlocks.Chunk()])]),
        ["v1-samples"] = () => OfKind(ChunkKind.Samples),
        ["v1-rollup"] = () => OfKind(ChunkKind.Rollup),
        ["v1-distributions"] = Distributions,
        ["v1-extremes"] = Extremes,
        ["v1-pages"] = static () => SmallBlocks.Hosts(metrics: 2, hosts: 150),
    };

    private static BlockModel OfKind(ChunkKind kind) => BlockModel.Of(
        from metric in (string[])["cpu.usage", "http.request.duration"]
        from host in (string[])["host_1", "host_2"]
        select (
            SeriesKey.Create(metric, new("host", host), new("région", "île")),
            (from c in Enumerable.Range(0, 2) select SmallBlocks.Chunk(host.Length + metric.Length + c, kind, c * 1_000_000)).ToArray()));

    private static BlockModel Distributions()
    {
        var bytes = new ArrayBufferWriter<byte>();
        DistributionChunk.Write(bytes, [(BlockModel.FromMs, [1, 2, 3]), (BlockModel.FromMs + 10_000, []), (BlockModel.FromMs + 10_001, [4])]);
        var meta = new ChunkMeta(
            ChunkKind.Distributions, BlockModel.FromMs, BlockModel.FromMs + 10_001, 3, new(1500.5, 3001.25, 0.5, 12, 2, BlockModel.FromMs + 10_001), 0, 0, 0);
        return BlockModel.Of([(SeriesKey.Create("latency", new Tag("service", "pay")), [(meta, bytes.WrittenSpan.ToArray())])]);
    }

    private static BlockModel Extremes()
    {
        ChunkAggregates[] values =
        [
            new(0, 1, 2, 3, 4, 5),
            new(10, double.PositiveInfinity, double.NegativeInfinity, double.PositiveInfinity, -0.0, long.MinValue),
            new(1e300, 1.0 / 3, double.Epsilon, double.MaxValue, 1e-300, long.MaxValue),
            new(100, 0.1 + 0.2, 0.1, 0.2, 0.2, 77),
            new(120, 120 * 7, 7, 7, 7, 0),
        ];
        return BlockModel.Of(values.Select(static (aggregates, i) => (
            SeriesKey.Create($"extreme.{i}", new Tag("n", new string('n', 1 + (i * 100)))),
            new[]
            {
                (new ChunkMeta(ChunkKind.Samples, long.MinValue, i, i * 1_000_000, aggregates, 0, 0, 0), new byte[] { 1, 2, (byte)i }),
                (new ChunkMeta(ChunkKind.Rollup, -i, long.MaxValue, int.MaxValue, aggregates with { LastMs = long.MaxValue }, 0, 0, 0), new byte[] { (byte)i }),
            })));
    }
}

using FsCheck;
using FsCheck.Fluent;
using Metrics.Core.Blocks;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Blocks;

/// <summary>Random blocks: few texts, so that series share them, and chunks with every kind of figure.</summary>
internal static class BlockGenerators
{
    private static readonly string[] Texts =
        ["a", "b", "ab", "abc", "host", "host_1", "host_10", "héllo", "日本", "𝄞 clef", "\uFFFD", "z", "a b", new string('x', 300)];

    private static readonly double[] Odd =
        [0, -0.0, 1, 0.1, 99.9, 1e-300, 1e300, double.MaxValue, double.Epsilon, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1.0 / 3, 123456789];

    private static readonly Gen<double> Value = Gen.OneOf(
        Gen.Elements(Odd), Gen.Choose(-100_000, 100_000).Select(static v => v / 100.0), ArbMap.Default.GeneratorFor<double>());

    private static readonly Gen<long> Time = Gen.Frequency(
        (10, Gen.Choose(0, 7_200_000).Select(static t => BlockModel.FromMs + t)),
        (1, Gen.Elements(long.MinValue, long.MaxValue, 0, -1)),
        (1, ArbMap.Default.GeneratorFor<long>()));

    private static readonly Gen<double> Count = Gen.OneOf(
        Gen.Choose(0, 500).Select(static c => (double)c), Gen.Elements(0, 0.5, 1e15, 1e300, double.NaN, -1), Value);

    public static Gen<SeriesKey> Key { get; } =
        Gen.Elements(Texts).SelectMany(static metric =>
            Gen.SubListOf(Texts).SelectMany(keys => Gen.ArrayOf(Gen.Elements(Texts), keys.Count).Select(values =>
                SeriesKey.Create(metric, [.. keys.Take(5).Zip(values, static (k, v) => new Tag(k, v))]))));

    public static Gen<(ChunkMeta Meta, byte[] Bytes)> Chunk { get; } =
        from kind in Gen.Elements(ChunkKind.Samples, ChunkKind.Distributions, ChunkKind.Rollup)
        from times in Gen.ArrayOf(Time, 2)
        from count in Gen.OneOf(Gen.Choose(0, 500), Gen.Elements(int.MaxValue))
        from values in Gen.ArrayOf(Value, 4)
        from same in Gen.Choose(0, 7)
        from counted in Gen.OneOf(Gen.Constant((double)count), Count)
        from lastMs in Gen.OneOf(Gen.Constant(times.Max()), Time)
        from bytes in Gen.NonEmptyListOf(ArbMap.Default.GeneratorFor<byte>())
        select (
            new ChunkMeta(
                kind, times.Min(), times.Max(), count,
                new(counted, values[0], values[1], (same & 1) == 0 ? values[1] : values[2], same < 2 ? values[1] : same < 4 ? values[2] : values[3], lastMs), 0, 0, 0),
            bytes.ToArray());

    public static Gen<BlockModel> Block { get; } =
        Gen.NonEmptyListOf(Gen.Zip(Key, Gen.NonEmptyListOf(Chunk))).Select(static series => BlockModel.Of(series.Select(static s => (s.Item1, s.Item2.ToArray()))));
}

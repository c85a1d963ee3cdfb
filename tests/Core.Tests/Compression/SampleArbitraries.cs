using FsCheck;
using FsCheck.Fluent;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Compression;

public sealed record SampleList(IReadOnlyList<Sample> Samples)
{
    public override string ToString() =>
        string.Join(' ', Samples.Select(s => $"({s.TimestampMs}, 0x{BitConverter.DoubleToInt64Bits(s.Value):X16})"));
}

/// <summary>Series of every kind the codec treats differently, and series that change from one kind to another.</summary>
public static class SampleArbitraries
{
    private static readonly double[] OddValues =
    [
        double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 0, double.Epsilon, -double.Epsilon,
        double.MaxValue, double.MinValue, BitConverter.Int64BitsToDouble(0x7FF0_0000_0000_0002), // Prometheus' staleness marker
        BitConverter.Int64BitsToDouble(0x7FF0_0000_0000_0001), BitConverter.Int64BitsToDouble(-1), 0.1 + 0.2, 0.1f, 1e15, 1e18,
        9007199254740993, 2251799813685247, 2251799813685248, -2251799813685249, 1e-12, 1.5e-12, 4503599627370497.5, long.MaxValue,
    ];

    private static readonly long[] OddTimestamps = [long.MinValue, long.MaxValue, 0, -1, 1, Gauges.Start, long.MinValue + 1];

    public static Arbitrary<SampleList> Samples() => Arb.From(List(), Shrink);

    private static Gen<SampleList> List() =>
        Gen.Choose(0, 3).SelectMany(parts => Part().ListOf(parts + 1))
            .Select(parts => new SampleList([.. parts.SelectMany(p => p)]));

    // Shrinks by leaving samples out, which is enough to read a counterexample.
    private static IEnumerable<SampleList> Shrink(SampleList list)
    {
        for (int size = list.Samples.Count / 2; size >= 1; size /= 2)
        {
            for (int start = 0; start + size <= list.Samples.Count; start += size)
            {
                yield return new SampleList([.. list.Samples.Take(start), .. list.Samples.Skip(start + size)]);
            }
        }
    }

    private static Gen<Sample[]> Part() =>
        from count in Gen.Choose(0, 60)
        from timestamps in Timestamps().SelectMany(kind => kind.ArrayOf(count))
        from values in Values().SelectMany(kind => kind.ArrayOf(count))
        from isRunning in Gen.Elements(true, true, false)
        from start in Gen.Elements(Gauges.Start, 0, long.MaxValue - 5000)
        select Build(start, timestamps, values, isRunning);

    /// <summary>Takes the numbers as they are, or as steps from one to the next.</summary>
    private static Sample[] Build(long start, long[] timestamps, double[] values, bool isRunning)
    {
        var samples = new Sample[values.Length];
        double level = 0;
        for (int i = 0; i < values.Length; i++)
        {
            start += timestamps[i];
            level = Math.Round(level + values[i], 4);
            samples[i] = isRunning ? new Sample(start, level) : new Sample(timestamps[i], values[i]);
        }

        return samples;
    }

    private static Gen<Gen<long>> Timestamps() => Gen.Elements(
        Gen.Constant(1000L),
        Gen.Constant(-10L),
        Gen.Constant(0L),
        Gen.Choose(990, 1010).Select(x => (long)x),
        Gen.Choose(-100_000, 100_000).Select(x => (long)x),
        Gen.Frequency((9, Gen.Constant(10_000L)), (1, Gen.Choose(0, 1_000_000).Select(x => (long)x))),
        Gen.Elements(OddTimestamps),
        ArbMap.Default.GeneratorFor<long>());

    private static Gen<Gen<double>> Values()
    {
        Gen<double> constant = Gen.Constant(1.0);
        Gen<double> integers = Gen.Choose(-100, 100).Select(x => (double)x);
        Gen<double> decimals = Gen.Choose(-1_000_000, 1_000_000).Select(x => x / 1000.0);
        Gen<double> large = Gen.Choose(0, int.MaxValue).Select(x => x * 3e6);
        Gen<double> full = Gen.Choose(1, int.MaxValue).Select(x => Math.Sqrt(x));
        Gen<double> single = Gen.Choose(1, int.MaxValue).Select(x => (double)MathF.Sqrt(x));
        Gen<double> odd = Gen.Elements(OddValues);
        Gen<double> any = Gen.Two(Gen.Choose(int.MinValue, int.MaxValue))
            .Select(x => BitConverter.Int64BitsToDouble(((long)x.Item1 << 32) | (uint)x.Item2));
        return Gen.Elements(
            constant,
            integers,
            decimals,
            large,
            full,
            single,
            odd,
            any,
            Gen.Frequency((15, decimals), (1, odd)),
            Gen.Frequency((20, constant), (1, decimals)),
            Gen.OneOf(integers, decimals, full, single, odd, any));
    }
}

using System.Diagnostics;
using Metrics.Core.Compression;
using Metrics.Core.Model;
using Metrics.Core.Tests.Compression;

namespace Metrics.Benchmarks.Compression;

/// <summary>Bytes and nanoseconds a sample of each codec on each shape, as Markdown tables.</summary>
internal static class CodecComparison
{
    private const int Series = 40;
    private const int Rounds = 40;

    public static void Print(TextWriter output)
    {
        IValueCodec[] codecs = [new ChunkCodec(), new GorillaCodec(), new Chimp128Codec(), new AlpCodec()];
        output.WriteLine($"| values | {string.Join(" | ", codecs.Select(c => c.Name))} |");
        output.WriteLine($"|---|{string.Concat(codecs.Select(_ => "---|"))}");
        foreach ((string name, Func<int, double[]> create) in ValueShapes.All)
        {
            double[][] series = [.. Enumerable.Range(1, Series).Select(create)];
            output.WriteLine($"| {name} | {string.Join(" | ", codecs.Select(c => Measure(c, series)))} |");
        }

        output.WriteLine();
        PrintJitter(output);
    }

    /// <summary>"bytes / encode ns / decode ns", the times being the best of some rounds.</summary>
    private static string Measure(IValueCodec codec, double[][] series)
    {
        byte[][] encoded = [.. series.Select(s => new byte[64 + (s.Length * 24)])];
        int[] lengths = new int[series.Length];
        double[] decoded = new double[ValueShapes.Count];
        TimeSpan encode = TimeSpan.MaxValue;
        TimeSpan decode = TimeSpan.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < series.Length; i++)
            {
                lengths[i] = codec.Encode(series[i], encoded[i]);
            }

            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            encode = elapsed < encode ? elapsed : encode;
            start = Stopwatch.GetTimestamp();
            for (int i = 0; i < series.Length; i++)
            {
                codec.Decode(encoded[i].AsSpan(0, lengths[i]), decoded);
            }

            elapsed = Stopwatch.GetElapsedTime(start);
            decode = elapsed < decode ? elapsed : decode;
        }

        for (int i = 0; i < series.Length; i++)
        {
            codec.Decode(encoded[i].AsSpan(0, lengths[i]), decoded);
            if (!decoded.Select(BitConverter.DoubleToInt64Bits).SequenceEqual(series[i].Select(BitConverter.DoubleToInt64Bits)))
            {
                throw new InvalidOperationException($"{codec.Name} does not round-trip.");
            }
        }

        double samples = series.Sum(s => (double)s.Length);
        return FormattableString.Invariant(
            $"{lengths.Sum() / samples:F2} / {encode.TotalNanoseconds / samples:F0} / {decode.TotalNanoseconds / samples:F0}");
    }

    /// <summary>Whole samples, three decimals, by jitter and size of step.</summary>
    private static void PrintJitter(TextWriter output)
    {
        double[] sigmas = [0.05, 0.2, 0.5, 1];
        output.WriteLine($"| jitter | {string.Join(" | ", sigmas.Select(s => FormattableString.Invariant($"sigma {s}")))} |");
        output.WriteLine($"|---|{string.Concat(sigmas.Select(_ => "---|"))}");
        (string Name, Func<Random, double> Jitter)[] jitters =
        [
            ("none", _ => 0),
            ("uniform, 5 ms", r => r.Next(-5, 6)),
            ("uniform, 10 ms", r => r.Next(-10, 11)),
            ("Gaussian, 2 ms", r => 2 * Gauges.Gaussian(r)),
            ("Gaussian, 5 ms", r => 5 * Gauges.Gaussian(r)),
        ];
        foreach ((string name, Func<Random, double> jitter) in jitters)
        {
            output.WriteLine($"| {name} | {string.Join(" | ", sigmas.Select(s => Sizes(jitter, s)))} |");
        }
    }

    /// <summary>"walk / mean-reverting" in bytes a sample.</summary>
    private static string Sizes(Func<Random, double> jitter, double sigma)
    {
        double walk = 0;
        double reverting = 0;
        for (int seed = 1; seed <= Series; seed++)
        {
            var random = new Random(seed);
            walk += Size(Gauges.Jittered(ValueShapes.Count, 10_000, () => jitter(random), Gauges.Walk(random, sigma)));
            reverting += Size(Gauges.Jittered(ValueShapes.Count, 10_000, () => jitter(random), Gauges.MeanReverting(random, sigma, 0.1)));
        }

        return FormattableString.Invariant($"{walk / Series:F2} / {reverting / Series:F2}");
    }

    private static double Size(Sample[] samples)
    {
        byte[] buffer = new byte[samples.Length * ChunkAppender.MaxSampleBytes];
        ChunkAppender appender = default;
        foreach (Sample sample in samples)
        {
            appender.TryAppend(buffer, sample.TimestampMs, sample.Value);
        }

        return (double)appender.Length / samples.Length;
    }
}

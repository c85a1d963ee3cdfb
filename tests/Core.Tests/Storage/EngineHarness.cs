using Metrics.Core.Cardinality;
using Metrics.Core.Diagnostics;
using Metrics.Core.Files;
using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Series;
using Metrics.Core.Sketches;
using Metrics.Core.Storage;
using Metrics.Core.Wal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Storage;

/// <summary>Makes engines, and reads all that is in them.</summary>
internal static class EngineHarness
{
    public const string Directory = "/data";
    public const string Manifest = "/data/dataset.json";

    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static long NowMs => Now.ToUnixTimeMilliseconds();

    public static StorageEngine Create(
        IFileSystem files,
        StorageOptions? options = null,
        CardinalityOptions? limits = null,
        WalOptions? wal = null,
        TimeProvider? time = null)
    {
        time ??= new FakeTimeProvider(Now);
        options ??= new StorageOptions { Shards = 2 };
        options.DataPath = Directory;
        return new StorageEngine(
            Options.Create(options),
            Options.Create(wal ?? new WalOptions { Commit = "batch" }),
            files,
            new SymbolTable(),
            new CardinalityLimiter(Options.Create(limits ?? new CardinalityOptions()), time),
            new EngineInstruments(),
            time,
            NullLogger<StorageEngine>.Instance);
    }

    public static StorageEngine Open(IFileSystem files, StorageOptions? options = null, CardinalityOptions? limits = null, WalOptions? wal = null, TimeProvider? time = null)
    {
        var engine = Create(files, options, limits, wal, time);
        engine.Open();
        return engine;
    }

    public static SeriesKey Key(int number) => SeriesKey.Create($"metric{number % 3}", new Tag("number", $"{number}"));

    public static LiveSeries SeriesOf(this StorageEngine engine, int number)
    {
        Assert.Equal(Admission.Admitted, engine.GetOrAdd(Key(number), out var series));
        return series!;
    }

    public static ValueTask AppendAsync(this StorageEngine engine, params (int Series, long AtMs, double Value)[] points)
    {
        var buffer = new SampleBuffer();
        foreach (var (series, atMs, value) in points)
        {
            buffer.Add(engine.SeriesOf(series), NowMs + atMs, value);
        }

        return engine.AppendAsync(buffer, TestContext.Current.CancellationToken);
    }

    public static byte[] Digest(params double[] values)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        TDigest.FromSorted([.. values.Order()]).Write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Every sample and distribution by series and time, as text: a value twice is an error.</summary>
    public static SortedDictionary<string, string> ReadAll(this StorageEngine engine)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var timestamps = new long[SeriesBuffer.ReadCapacity];
        var values = new double[SeriesBuffer.ReadCapacity];
        foreach (var shard in engine.Shards)
        {
            foreach (var series in shard.All())
            {
                var number = shard.Index.KeyOf(series.Ordinal).ValueOf("number");
                var from = long.MinValue;
                int count;
                while ((count = series.Read(ref from, long.MaxValue, timestamps, values)) != 0)
                {
                    for (var i = 0; i < count; i++)
                    {
                        all.Add($"{number}@{timestamps[i] - NowMs}", $"{values[i]:R}");
                    }
                }

                var distributions = new List<(long TimestampMs, byte[] Serialized)>();
                series.ReadDistributions(long.MinValue, long.MaxValue, distributions);
                distributions.ForEach(d => all.Add($"{number}@d{d.TimestampMs - NowMs}", Convert.ToHexString(d.Serialized)));
            }
        }

        return all;
    }
}

using Metrics.Core.Ingestion;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Series;
using Metrics.Core.Sketches;

namespace Metrics.Grains.Tests.Support;

/// <summary>Points, plans and what a buffer holds.</summary>
internal static class Points
{
#pragma warning disable RS0030 // The silos of these tests go by the system clock; the points have to be of its time.
    /// <summary>The start of an hour, some hours ago: nothing is too old or too new.</summary>
    public static long StartMs { get; } = (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 3_600_000 * 3_600_000) - 7_200_000;
#pragma warning restore RS0030

    public static WireKey WireKeyOf(SeriesKey key) => WireKey.Of(WireKey.Scope.Canonical, key.ToCanonical());

    /// <summary>Writes one point of each series at each of the seconds.</summary>
    public static async Task WriteAsync(ISampleWriter writer, IEnumerable<SeriesKey> keys, int seconds, double value = 1)
    {
        using var batch = writer.CreateBatch();
        foreach (var key in keys)
        {
            for (var i = 0; i < seconds; i++)
            {
                Assert.Equal(AddResult.Added, batch.Add(WireKeyOf(key), key, StartMs + (i * 1000L), value));
            }
        }

        await writer.WriteAsync(batch, TestContext.Current.CancellationToken);
    }

    public static async Task WriteAsync(ISampleWriter writer, SeriesKey key, TDigest distribution)
    {
        using var batch = writer.CreateBatch();
        Assert.Equal(AddResult.Added, batch.Add(WireKeyOf(key), key, StartMs, distribution));
        await writer.WriteAsync(batch, TestContext.Current.CancellationToken);
    }

    public static QueryPlan Plan(string metric, AggregationKind kind = AggregationKind.Count, params string[] groupBy) =>
        new(new SeriesSelector(metric, []), new Aggregation(kind, kind == AggregationKind.Quantile ? 0.5 : 0), StartMs, StartMs + 3_600_000, null, groupBy);

    public static double Single(QueryResult result) => Assert.Single(Assert.Single(result.Groups).Values);

    public static List<Sample> Read(SeriesBuffer series)
    {
        var (timestamps, values) = (new long[SeriesBuffer.ReadCapacity], new double[SeriesBuffer.ReadCapacity]);
        var samples = new List<Sample>();
        var fromMs = long.MinValue;
        int read;
        while ((read = series.Read(ref fromMs, long.MaxValue, timestamps, values)) != 0)
        {
            samples.AddRange(Enumerable.Range(0, read).Select(i => new Sample(timestamps[i], values[i])));
        }

        return samples;
    }
}

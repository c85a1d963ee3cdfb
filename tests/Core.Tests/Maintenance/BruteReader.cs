using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Compression;
using Metrics.Core.Maintenance;
using Metrics.Core.Model;
using Metrics.Core.Rollups;
using Metrics.Core.Series;

namespace Metrics.Core.Tests.Maintenance;

/// <summary>Reads all there is, the plain way: what a query has to find, and nothing that it would not.</summary>
internal static class BruteReader
{
    /// <summary>Every sample that is readable now, by series and time. A damaged or missing block throws.</summary>
    public static async Task<SortedDictionary<(string Series, long AtMs), double>> SamplesAsync(MaintenanceHarness harness)
    {
        var all = new SortedDictionary<(string, long), double>();
        using var lease = harness.Stores.Lease();
        foreach (var shard in harness.Engine.Shards)
        {
            var view = lease[shard.Number];
            foreach (var (key, chunk, bytes, block) in await ChunksAsync(harness, view, Resolution.Raw))
            {
                var (timestamps, values) = (new long[chunk.Count], new double[chunk.Count]);
                Assert.Equal(chunk.Count, new ChunkReader(bytes, chunk.Count).Read(timestamps, values));
                Assert.Equal((chunk.MinMs, chunk.MaxMs), (timestamps[0], timestamps[^1]));
                Assert.InRange(timestamps[0], block.FromMs, block.ToMs - 1);
                Assert.InRange(timestamps[^1], block.FromMs, block.ToMs - 1);
                for (var i = 0; i < chunk.Count; i++)
                {
                    // Memory alone is read from the border on: what it lacks there is lost.
                    if (timestamps[i] < view.HotFromMs && !IsDeleted(view, key, timestamps[i], timestamps[i], block))
                    {
                        all[(key.ToString(), timestamps[i])] = values[i];
                    }
                }
            }

            foreach (var series in shard.All())
            {
                var key = shard.Index.KeyOf(series.Ordinal);
                foreach (var (timestamp, value) in Read(series))
                {
                    all[(key.ToString(), timestamp)] = value;
                }
            }
        }

        return Within(harness, Resolution.Raw, all);
    }

    /// <summary>Every readable row of a resolution: count, sum, minimum, maximum and last value.</summary>
    public static async Task<SortedDictionary<(string Series, long AtMs), (double Count, double Sum, double Min, double Max, double Last)>> RowsAsync(
        MaintenanceHarness harness, Resolution resolution)
    {
        var all = new SortedDictionary<(string, long), (double, double, double, double, double)>();
        using var lease = harness.Stores.Lease();
        foreach (var shard in harness.Engine.Shards)
        {
            var view = lease[shard.Number];
            foreach (var (key, chunk, bytes, block) in await ChunksAsync(harness, view, resolution))
            {
                var rows = new RollupRow[chunk.Count];
                new RollupReader(bytes, chunk.Count, resolution.LengthMs()).ReadRows(rows);
                foreach (var row in rows)
                {
                    Assert.InRange(row.StartMs, block.FromMs, block.ToMs - resolution.LengthMs());
                    if (!IsDeleted(view, key, row.StartMs, row.StartMs + resolution.LengthMs() - 1, block))
                    {
                        all[(key.ToString(), row.StartMs)] = (row.Count, row.Sum, row.Min, row.Max, row.Last);
                    }
                    else
                    {
                        all.Remove((key.ToString(), row.StartMs));
                    }
                }
            }
        }

        return Within(harness, resolution, all);
    }

    /// <summary>The bytes of every raw chunk, in an order of their own.</summary>
    public static async Task<List<string>> ChunkBytesAsync(MaintenanceHarness harness)
    {
        using var lease = harness.Stores.Lease();
        var chunks = await ChunksAsync(harness, lease[0], Resolution.Raw);
        return [.. chunks.Select(static c => $"{c.Key} {c.Chunk.MinMs} {Convert.ToHexString(c.Bytes)}").Order(StringComparer.Ordinal)];
    }

    /// <summary>Chunks of all blocks of a resolution, those of newer blocks later.</summary>
    private static async Task<List<(SeriesKey Key, ChunkMeta Chunk, byte[] Bytes, BlockInfo Block)>> ChunksAsync(
        MaintenanceHarness harness, ShardView view, Resolution resolution)
    {
        var chunks = new List<(SeriesKey, ChunkMeta, byte[], BlockInfo)>();
        foreach (var block in view.Catalog.Blocks.Where(b => b.Resolution == resolution).OrderBy(static b => b.Sequence))
        {
            using var file = harness.Stores.Open(view.Shard, block);
            var reader = await BlockReader.OpenAsync(file, block.Name, MaintenanceHarness.Cancellation);
            Assert.Equal(block.Series, reader.SeriesCount);
            var found = new List<(int Row, ChunkMeta Chunk)>();
            await reader.ReadChunksAsync(
                file, [.. Enumerable.Range(0, reader.SeriesCount)], long.MinValue, long.MaxValue, found, MaintenanceHarness.Cancellation);
            foreach (var (row, chunk) in found)
            {
                var bytes = new byte[chunk.Length];
                await file.ReadAsync(chunk.Offset, bytes, MaintenanceHarness.Cancellation);
                reader.Check(chunk, bytes);
                chunks.Add((reader.KeyOf(row), chunk, bytes, block));
            }
        }

        return chunks;
    }

    private static IEnumerable<(long TimestampMs, double Value)> Read(LiveSeries series)
    {
        var (timestamps, values) = (new long[SeriesBuffer.ReadCapacity], new double[SeriesBuffer.ReadCapacity]);
        var from = long.MinValue;
        int count;
        while ((count = series.Read(ref from, long.MaxValue, timestamps, values)) != 0)
        {
            for (var i = 0; i < count; i++)
            {
                yield return (timestamps[i], values[i]);
            }
        }
    }

    private static bool IsDeleted(ShardView view, SeriesKey key, long minMs, long maxMs, BlockInfo block) => view.Catalog.Tombstones.Any(t =>
        block.Sequence < t.Sequence && minMs < t.ToMs && maxMs >= t.FromMs && new SeriesMatch(t.Selector).Matches(key));

    private static SortedDictionary<(string Series, long AtMs), T> Within<T>(
        MaintenanceHarness harness, Resolution resolution, SortedDictionary<(string Series, long AtMs), T> all)
    {
        // All keys that tests use are of metrics without tags that policies look at.
        foreach (var (series, atMs) in all.Keys.ToList())
        {
            var metric = series[..series.IndexOf('{', StringComparison.Ordinal)];
            if (atMs < harness.Policies.FloorMs(resolution, metric, []))
            {
                all.Remove((series, atMs));
            }
        }

        return all;
    }
}

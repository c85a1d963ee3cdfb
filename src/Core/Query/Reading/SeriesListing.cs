using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Query.Planning;
using Metrics.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Query.Reading;

/// <summary>
/// What series there are, in memory and in blocks: of all that is kept, the fewest blocks that have every series, which are mostly those of days. A
/// block that cannot be read is passed over and logged.
/// </summary>
public sealed partial class SeriesListing(SymbolTable symbols, TimeProvider time, ILogger<SeriesListing> logger, BlockSource? blocks = null)
{
    /// <summary>Metric names in order.</summary>
    public async Task<List<string>> ListMetricsAsync(
        SeriesSelector selector, int limit, IReadOnlyList<Shard> shards, CancellationToken cancellation = default)
    {
        var compiled = Compile(selector);
        return await ListAsync(compiled, limit, shards, (index, found) => index.ListMetrics(compiled, found, cancellationToken: cancellation), AddMetrics, cancellation);

        void AddMetrics(BlockUse use, HashSet<string> found)
        {
            if (compiled.IsAll && !use.HasDeletions)
            {
                found.UnionWith(use.Opened!.Metrics);
                return;
            }

            foreach (var row in Rows(use, compiled))
            {
                found.Add(use.Reader.MetricOf(row));
            }
        }
    }

    /// <summary>Tag keys in order.</summary>
    public async Task<List<string>> ListTagKeysAsync(
        SeriesSelector selector, int limit, IReadOnlyList<Shard> shards, CancellationToken cancellation = default)
    {
        var compiled = Compile(selector);
        return await ListAsync(compiled, limit, shards, (index, found) => index.ListTagKeys(compiled, found, cancellationToken: cancellation), AddKeys, cancellation);

        void AddKeys(BlockUse use, HashSet<string> found)
        {
            foreach (var row in Rows(use, compiled))
            {
                foreach (var tag in use.Reader.KeyOf(row).Tags)
                {
                    found.Add(tag.Key);
                }
            }
        }
    }

    /// <summary>The values of a tag in order.</summary>
    public async Task<List<string>> ListTagValuesAsync(
        string tagKey, SeriesSelector selector, int limit, IReadOnlyList<Shard> shards, CancellationToken cancellation = default)
    {
        var compiled = Compile(selector);
        return await ListAsync(
            compiled, limit, shards, (index, found) => index.ListTagValues(tagKey, compiled, found, cancellationToken: cancellation), AddValues, cancellation);

        void AddValues(BlockUse use, HashSet<string> found)
        {
            var key = use.Reader.SymbolOf(tagKey);
            if (key < 0)
            {
                return;
            }

            var seen = new HashSet<int>();
            foreach (var row in Rows(use, compiled))
            {
                var value = use.Reader.ValueSymbolOf(row, key);
                if (value >= 0 && seen.Add(value))
                {
                    found.Add(use.Reader.TextOf(value));
                }
            }
        }
    }

    /// <summary>Hands over every series that matches, once; those of memory first.</summary>
    public async Task FindSeriesAsync(SeriesSelector selector, IReadOnlyList<Shard> shards, Action<SeriesKey> found, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(found);
        var compiled = Compile(selector);
        var ordinals = new List<int>();
        foreach (var shard in shards)
        {
            var seen = new HashSet<SeriesId>();
            ordinals.Clear();
            shard.Index.Select(compiled, ordinals, cancellation);
            foreach (var ordinal in ordinals)
            {
                if (shard.Index.TryGetKey(ordinal, out var key) && seen.Add(key.Id))
                {
                    found(key);
                }
            }

            await ForEachBlockAsync(
                shard,
                use =>
                {
                    foreach (var row in Rows(use, compiled))
                    {
                        if (seen.Add(use.Reader.IdOf(row)))
                        {
                            found(use.Reader.KeyOf(row));
                        }
                    }
                },
                cancellation);
        }
    }

    /// <exception cref="ArgumentException">The selector cannot be used.</exception>
    private static CompiledSelector Compile(SeriesSelector selector) => CompiledSelector.TryCompile(selector, out var compiled, out var problem)
        ? compiled
        : throw new ArgumentException($"{problem.Field} {problem.Reason}", nameof(selector));

    private static IEnumerable<int> Rows(BlockUse use, CompiledSelector selector)
    {
        var rows = new List<int>();
        use.Reader.Select(selector, rows);
        return use.HasDeletions ? rows.Where(row => !use.IsDeleted(row)) : rows;
    }

    private async Task<List<string>> ListAsync(
        CompiledSelector selector,
        int limit,
        IReadOnlyList<Shard> shards,
        Action<TagIndex, HashSet<int>> collect,
        Action<BlockUse, HashSet<string>> collectFromBlock,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(selector);
        var live = new HashSet<int>();
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var shard in shards)
        {
            collect(shard.Index, live);
            await ForEachBlockAsync(shard, use => collectFromBlock(use, found), cancellation);
        }

        found.UnionWith(symbols.InOrder(live));
        return [.. found.Order(StringComparer.Ordinal).Take(limit)];
    }

    private async ValueTask ForEachBlockAsync(Shard shard, Action<BlockUse> visit, CancellationToken cancellation)
    {
        if (blocks is null)
        {
            return;
        }

        using var lease = blocks.Views.Lease();
        using var scan = new ShardScan(shard, lease[shard.Number], blocks, [.. blocks.Filter.Spans.Distinct()], time.GetUtcNow().ToUnixTimeMilliseconds());
        if (!scan.HasBlocks)
        {
            return;
        }

        for (var i = 0; i < scan.Spans.Count; i++)
        {
            scan.PlanOf(long.MinValue, scan.HotFromMs, null, i, IntervalSet.Empty, IntervalSet.Empty);
        }

        var pending = new PendingReads();
        foreach (var use in scan.Uses)
        {
            await pending.AddAsync(OpenAsync(use, cancellation));
        }

        await pending.WaitAsync();
        foreach (var use in scan.Uses)
        {
            cancellation.ThrowIfCancellationRequested();
            if (use.Failure is { } failure)
            {
                LogPassedOver(use.Info.Name, failure.Message);
            }
            else
            {
                visit(use);
            }
        }
    }

    private static async ValueTask OpenAsync(BlockUse use, CancellationToken cancellation) => await use.OpenAsync(cancellation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A listing goes without block {Block}: {Reason}")]
    private partial void LogPassedOver(string block, string reason);
}

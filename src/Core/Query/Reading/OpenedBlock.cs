using System.Collections.Concurrent;
using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Index;

namespace Metrics.Core.Query.Reading;

/// <summary>A block's index in memory, and what queries worked out from it.</summary>
internal sealed class OpenedBlock(BlockReader reader)
{
    private readonly ConcurrentDictionary<string, int[]> _deleted = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyCollection<string>> _metrics = new(() => MetricsOf(reader));

    public BlockReader Reader { get; } = reader;

    /// <summary>All metrics.</summary>
    public IReadOnlyCollection<string> Metrics => _metrics.Value;

    /// <summary>Rows that a tombstone speaks of, ascending.</summary>
    public int[] RowsOf(Tombstone tombstone) => _deleted.GetOrAdd(tombstone.Id, _ =>
    {
        var rows = new List<int>();
        if (CompiledSelector.TryCompile(tombstone.Selector, out var selector, out var _))
        {
            Reader.Select(selector, rows);
        }

        return [.. rows];
    });

    private static HashSet<string> MetricsOf(BlockReader reader)
    {
        var metrics = new HashSet<string>(StringComparer.Ordinal);
        string? previous = null;
        for (var row = 0; row < reader.SeriesCount; row++)
        {
            // Rows are in order of their metric, and a block has one string for it.
            var metric = reader.MetricOf(row);
            if (!ReferenceEquals(metric, previous))
            {
                metrics.Add(previous = metric);
            }
        }

        return metrics;
    }
}

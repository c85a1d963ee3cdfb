using Metrics.Core.Model;

namespace Metrics.Core.Cardinality;

/// <summary>The metrics refused lately, with a few examples each. Bounded: the metric refused longest ago makes room. Not thread-safe.</summary>
internal sealed class RefusalLog
{
    public const int MaxMetrics = 64;
    public const int MaxExamples = 5;
    public const int MaxExampleTags = 32;
    public const int MaxExampleLength = 100;

    /// <summary>Once there are enough examples, one is replaced at most so often: what is kept stays fresh and costs nothing.</summary>
    private static readonly TimeSpan ExampleEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _sequence;

    public void Add(string metric, Admission limit, SeriesKey? example, DateTimeOffset now)
    {
        if (!_entries.TryGetValue(metric, out var entry))
        {
            if (_entries.Count == MaxMetrics)
            {
                _entries.Remove(_entries.MinBy(static e => e.Value.Sequence).Key);
            }

            _entries.Add(metric, entry = new Entry());
        }

        entry.Limit = limit;
        entry.Count++;
        entry.Last = now;
        entry.Sequence = ++_sequence;
        if (example is null || (entry.Examples.Count == MaxExamples && now - entry.LastExample < ExampleEvery))
        {
            return;
        }

        if (entry.Examples.Count == MaxExamples)
        {
            entry.Examples.RemoveAt(0);
        }

        entry.Examples.Add([.. example.Tags.Take(MaxExampleTags).Select(static t => new Tag(t.Key, Cut(t.Value)))]);
        entry.LastExample = now;
    }

    /// <summary>A copy, the metric refused last first.</summary>
    public IReadOnlyList<Refusal> Newest() =>
    [
        .. _entries.OrderByDescending(static e => e.Value.Sequence)
            .Select(static e => new Refusal(e.Key, e.Value.Limit, e.Value.Count, e.Value.Last, [.. e.Value.Examples])),
    ];

    private static string Cut(string value) => value.Length <= MaxExampleLength ? value : string.Concat(value.AsSpan(0, MaxExampleLength), "…");

    private sealed class Entry
    {
        public Admission Limit { get; set; }

        public long Count { get; set; }

        public long Sequence { get; set; }

        public DateTimeOffset Last { get; set; }

        public DateTimeOffset LastExample { get; set; }

        public List<IReadOnlyList<Tag>> Examples { get; } = [];
    }
}

using System.Globalization;
using Metrics.Core.Blocks;

namespace Metrics.Core.Query.Evaluation;

/// <summary>What was read for a query and what could not be, by one worker; merged with the groups. Not thread-safe.</summary>
internal sealed class ReadReport
{
    private readonly Dictionary<PartKey, PartFigures> _parts = [];
    private readonly SortedDictionary<string, (long Blocks, string Example)> _problems = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _warnings = new(StringComparer.Ordinal);

    /// <summary>Whether data that the query asks for could not be read.</summary>
    public bool IsPartial => _problems.Count != 0;

    /// <summary>A block, or what a shard has of them, that could not be read.</summary>
    /// <param name="kind">What fails alike is one warning: <c>damaged blocks</c>, to be followed by their number.</param>
    /// <param name="example">The reason in full.</param>
    /// <param name="count">How many.</param>
    public void AddProblem(string kind, string example, long count = 1)
    {
        var known = _problems.GetValueOrDefault(kind, (0, example));
        _problems[kind] = (known.Blocks + count, known.Example);
    }

    /// <summary>Something to know of an answer that is whole.</summary>
    public void AddWarning(string warning) => _warnings.Add(warning);

    public PartFigures Part(in PartKey key)
    {
        if (!_parts.TryGetValue(key, out var figures))
        {
            _parts.Add(key, figures = new PartFigures());
        }

        return figures;
    }

    public void Merge(ReadReport other)
    {
        foreach (var (kind, (blocks, example)) in other._problems)
        {
            AddProblem(kind, example, blocks);
        }

        _warnings.UnionWith(other._warnings);
        foreach (var (key, figures) in other._parts)
        {
            Part(key).Merge(figures);
        }
    }

    public IEnumerable<string> Warnings() => _problems
        .Select(static p => string.Create(CultureInfo.InvariantCulture, $"data is missing; {p.Key}: {p.Value.Blocks} ({p.Value.Example})"))
        .Concat(_warnings);

    public QueryExplain Explain() => new([.. _parts
        .OrderBy(static p => p.Key.FromMs).ThenBy(static p => p.Key.ToMs).ThenBy(static p => p.Key.Tier).ThenBy(static p => p.Key.Resolution)
        .Select(static p => new ExplainPart(
            p.Key.FromMs,
            p.Key.ToMs,
            p.Key.Tier,
            p.Key.Resolution,
            p.Value.Series,
            p.Value.Blocks,
            p.Value.Chunks,
            p.Value.ChunksByAggregates,
            p.Value.Samples,
            p.Value.Rows,
            p.Value.Bytes))]);

    public void Write(PartialWriter writer)
    {
        writer.WriteInt32(_problems.Count);
        foreach (var (kind, (blocks, example)) in _problems)
        {
            writer.WriteString(kind);
            writer.WriteInt64(blocks);
            writer.WriteString(example);
        }

        writer.WriteInt32(_warnings.Count);
        foreach (var warning in _warnings)
        {
            writer.WriteString(warning);
        }

        writer.WriteInt32(_parts.Count);
        foreach (var (key, figures) in _parts)
        {
            writer.WriteInt64(key.FromMs);
            writer.WriteInt64(key.ToMs);
            writer.WriteInt32((int)key.Tier);
            writer.WriteInt32((int)key.Resolution);
            figures.Write(writer);
        }
    }

    public void Read(ref PartialReader reader)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var kind = reader.ReadString();
            var blocks = reader.ReadInt64();
            AddProblem(kind, reader.ReadString(), blocks);
        }

        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            AddWarning(reader.ReadString());
        }

        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var key = new PartKey(reader.ReadInt64(), reader.ReadInt64(), (BlockTier)reader.ReadInt32(), (Resolution)reader.ReadInt32());
            Part(key).Read(ref reader);
        }
    }
}

/// <summary>What figures are kept by.</summary>
internal readonly record struct PartKey(long FromMs, long ToMs, BlockTier Tier, Resolution Resolution);

/// <summary>The figures of an <see cref="ExplainPart"/>.</summary>
internal sealed class PartFigures
{
    public int Series { get; set; }

    public int Blocks { get; set; }

    public long Chunks { get; set; }

    public long ChunksByAggregates { get; set; }

    public long Samples { get; set; }

    public long Rows { get; set; }

    public long Bytes { get; set; }

    public void Merge(PartFigures other)
    {
        Series += other.Series;
        Blocks += other.Blocks;
        Chunks += other.Chunks;
        ChunksByAggregates += other.ChunksByAggregates;
        Samples += other.Samples;
        Rows += other.Rows;
        Bytes += other.Bytes;
    }

    public void Write(PartialWriter writer)
    {
        writer.WriteInt32(Series);
        writer.WriteInt32(Blocks);
        writer.WriteInt64(Chunks);
        writer.WriteInt64(ChunksByAggregates);
        writer.WriteInt64(Samples);
        writer.WriteInt64(Rows);
        writer.WriteInt64(Bytes);
    }

    public void Read(ref PartialReader reader) => Merge(new PartFigures
    {
        Series = reader.ReadInt32(),
        Blocks = reader.ReadInt32(),
        Chunks = reader.ReadInt64(),
        ChunksByAggregates = reader.ReadInt64(),
        Samples = reader.ReadInt64(),
        Rows = reader.ReadInt64(),
        Bytes = reader.ReadInt64(),
    });
}

using Metrics.Core.Model;

namespace Metrics.Core.Query.Evaluation;

/// <summary>
/// Partial aggregates of a query by group: made by each worker of each silo, merged, and turned into the answer at the end.
/// </summary>
public sealed class GroupSet
{
    private readonly Dictionary<string[], GroupAccumulator> _groups = new(TagValuesComparer.Instance);
    private readonly QueryPlan _plan;
    private readonly BucketGrid _grid;

    public GroupSet(QueryPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _plan = plan;
        _grid = new BucketGrid(plan);
    }

    public int Count => _groups.Count;

    /// <summary>What was read for the groups, and what could not be.</summary>
    internal ReadReport Report { get; } = new();

    /// <summary>The buckets of a group, by the values of its group-by tags ("" for an absent one).</summary>
    internal GroupAccumulator this[string[] values]
    {
        get
        {
            if (!_groups.TryGetValue(values, out var accumulator))
            {
                accumulator = GroupAccumulator.Create(_plan.Aggregation.Kind, _grid);
                _groups.Add(values, accumulator);
            }

            return accumulator;
        }
    }

    /// <summary>Takes in another worker's groups; that set is used up.</summary>
    public void Merge(GroupSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Report.Merge(other.Report);
        foreach (var (values, accumulator) in other._groups)
        {
            this[values].Merge(accumulator);
        }
    }

    /// <summary>The set as one blob for another silo; the set is used up.</summary>
    public byte[] ToBytes()
    {
        var writer = new PartialWriter();
        Report.Write(writer);
        writer.WriteInt32(_groups.Count);
        foreach (var (values, accumulator) in _groups)
        {
            foreach (var value in values)
            {
                writer.WriteString(value);
            }

            accumulator.Write(writer);
        }

        return writer.ToArray();
    }

    /// <summary>Takes in what another silo made by <see cref="ToBytes"/> for the same plan.</summary>
    public void Merge(ReadOnlySpan<byte> blob)
    {
        var reader = new PartialReader(blob);
        Report.Read(ref reader);
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var values = new string[_plan.GroupBy.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = reader.ReadString();
            }

            this[values].Read(ref reader);
        }
    }

    /// <summary>The answer: groups in the order of their values, without empty buckets and empty groups.</summary>
    public QueryResult Finish(IReadOnlyList<string> warnings)
    {
        ArgumentNullException.ThrowIfNull(warnings);
        var groups = new List<QueryGroup>(_groups.Count);
        foreach (var values in _groups.Keys.Order(TagValuesComparer.Instance))
        {
            var timestamps = new List<long>();
            var results = new List<double>();
            _groups[values].Finish(_plan.Aggregation, timestamps, results);
            if (timestamps.Count != 0)
            {
                groups.Add(new QueryGroup(TagsOf(values), timestamps.ToArray(), results.ToArray()));
            }
        }

        warnings = [.. warnings, .. Report.Warnings()];
        if (_plan.Limit is { } limit && groups.Count > limit)
        {
            warnings = [.. warnings, $"{groups.Count} groups match; the first {limit} by their tags are shown"];
            groups.RemoveRange(limit, groups.Count - limit);
        }

        return new QueryResult(groups, warnings, Report.IsPartial, _plan.Explain ? Report.Explain() : null);
    }

    private List<Tag> TagsOf(string[] values)
    {
        var tags = new List<Tag>(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i].Length != 0)
            {
                tags.Add(new Tag(_plan.GroupBy[i], values[i]));
            }
        }

        return tags;
    }
}

using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Core.Maintenance;

/// <summary>Whether single series satisfy a selector, without an index.</summary>
internal sealed class SeriesMatch
{
    private readonly CompiledSelector _selector;

    /// <exception cref="InvalidDataException">The selector cannot be run.</exception>
    public SeriesMatch(SeriesSelector selector) => _selector = Compile(selector);

    public static CompiledSelector Compile(SeriesSelector selector) =>
        CompiledSelector.TryCompile(selector, out var compiled, out var problem)
            ? compiled
            : throw new InvalidDataException($"A selector that cannot be run: {problem.Field} {problem.Reason}.");

    public bool Matches(SeriesKey key)
    {
        if (_selector.Metric is { } metric && metric != key.Metric)
        {
            return false;
        }

        foreach (var matcher in _selector.Matchers)
        {
            if (!matcher.Passes(ValueOf(key.Tags, matcher.Key)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The value of a tag; empty when it is absent.</summary>
    public static string ValueOf(IReadOnlyList<Tag> tags, string key)
    {
        for (var i = 0; i < tags.Count; i++)
        {
            if (tags[i].Key == key)
            {
                return tags[i].Value;
            }
        }

        return "";
    }
}

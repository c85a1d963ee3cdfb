using System.Globalization;
using Metrics.Core.Query;
using Metrics.Gateway.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Query;

/// <summary>
/// Reads the query string of a listing: <c>metric=name</c>, <c>tag.region=us-east-1</c> (repeated: any of them),
/// <c>match=region=~us-.*</c> (repeated: all of them), <c>prefix=…</c>, <c>limit=…</c>.
/// </summary>
internal sealed class ListRequestParser(IOptions<QueryApiOptions> options)
{
    // Escaped it may double, and must still pass as a pattern.
    private const int MaxPrefixLength = 256;

    private const string TagPrefix = "tag.";

    private static readonly string[] Parameters = ["metric", "match", "limit", "prefix"];
    private static readonly string[] ParametersWithoutPrefix = ["metric", "match", "limit"];

    private readonly QueryApiOptions _options = options.Value;

    /// <exception cref="ApiException">Names the parameter at fault.</exception>
    public ListRequest Parse(QueryString query, bool takesPrefix)
    {
        string? metric = null, prefix = null, limit = null;
        var matchers = new List<TagMatcher>();
        var tags = new Dictionary<string, List<string>>(StringComparer.Ordinal);

        // Not HttpRequest.Query: it would take tag.Region and tag.region for the same key.
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            var (name, value) = (pair.DecodeName().ToString(), pair.DecodeValue().ToString());
            switch (name)
            {
                case "metric":
                    Once(ref metric, name, value);
                    break;
                case "limit":
                    Once(ref limit, name, value);
                    break;
                case "prefix" when takesPrefix:
                    Once(ref prefix, name, value);
                    break;
                case "match":
                    matchers.Add(ParseMatch(value));
                    break;
                case { } tag when tag.StartsWith(TagPrefix, StringComparison.Ordinal) && tag.Length > TagPrefix.Length:
                    AddTag(tags, tag, value);
                    break;
                default:
                    throw Unknown(name, takesPrefix ? Parameters : ParametersWithoutPrefix);
            }

            if (matchers.Count + tags.Count > TagMatcherParser.MaxTags)
            {
                throw ApiException.BadField("match", $"and tag.<key> together are given more than {TagMatcherParser.MaxTags} times");
            }
        }

        if (metric?.Length == 0)
        {
            throw ApiException.BadField("metric", "is empty; leave it out for every metric");
        }

        if (prefix?.Length > MaxPrefixLength)
        {
            throw ApiException.BadField("prefix", $"is {prefix.Length} characters long; at most {MaxPrefixLength} are allowed");
        }

        matchers.AddRange(tags.Select(static tag => tag.Value.Count == 1
            ? TagMatcher.Equal(tag.Key, tag.Value[0])
            : TagMatcher.In(tag.Key, [.. tag.Value])));
        return new ListRequest(new SeriesSelector(metric, matchers), prefix ?? "", ParseLimit(limit));
    }

    private static void Once(ref string? slot, string name, string value) =>
        slot = slot is null ? value : throw ApiException.BadField(name, "is given twice");

    private static void AddTag(Dictionary<string, List<string>> tags, string name, string value)
    {
        var key = name[TagPrefix.Length..];
        if (!tags.TryGetValue(key, out var values))
        {
            tags[key] = values = [];
        }

        values.Add(value);
        if (values.Count > 1 && values.Contains(""))
        {
            throw ApiException.BadField(name, "is empty, which only stands alone: it means that the tag is absent");
        }

        if (values.Count > TagMatcherParser.MaxValues)
        {
            throw ApiException.BadField(name, $"is given more than {TagMatcherParser.MaxValues} times");
        }
    }

    /// <summary><c>key=value</c>, <c>key!=value</c>, <c>key=~regex</c> or <c>key!~regex</c>.</summary>
    private TagMatcher ParseMatch(string text)
    {
        var at = text.AsSpan().IndexOfAny('=', '!');
        var next = at + 1 < text.Length ? text[at + 1] : '\0';
        if (at <= 0 || (text[at] == '!' && next is not ('=' or '~')))
        {
            throw ApiException.BadField(
                "match", $"is \"{Suggestion.Shorten(text)}\"; it must be key=value, key!=value, key=~regex or key!~regex");
        }

        var key = text[..at];
        return (text[at], next) switch
        {
            ('=', '~') => TagMatcher.Regex(key, RegexPattern.Check(text[(at + 2)..], "match", _options.MaxPatternLength)),
            ('=', _) => TagMatcher.Equal(key, text[(at + 1)..]),
            (_, '~') => TagMatcher.NotRegex(key, RegexPattern.Check(text[(at + 2)..], "match", _options.MaxPatternLength)),
            _ => TagMatcher.NotEqual(key, text[(at + 2)..]),
        };
    }

    private int ParseLimit(string? text)
    {
        if (text is null)
        {
            return _options.DefaultListLimit;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1 && limit <= _options.MaxListLimit
            ? limit
            : throw ApiException.BadField("limit", $"must be a whole number from 1 to {_options.MaxListLimit}");
    }

    private static ApiException Unknown(string name, string[] known)
    {
        var shown = Suggestion.Shorten(name);
        return new(new ApiFailure(
            StatusCodes.Status400BadRequest,
            shown,
            $"{shown} is not a parameter of this listing{Suggestion.DidYouMean(name, known)}; it takes {string.Join(", ", known)} and tag.<key>."));
    }
}

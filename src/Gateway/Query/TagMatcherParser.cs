using System.Text.Json;
using Metrics.Core.Index;
using Metrics.Core.Query;
using Metrics.Gateway.Problems;

namespace Metrics.Gateway.Query;

/// <summary>The <c>tags</c> of a query: tag keys with a value, a list of values, or an object of conditions.</summary>
internal static class TagMatcherParser
{
    public const int MaxTags = 64;
    public const int MaxValues = 1000;

    private static readonly string[] Conditions = ["regex", "notRegex", "not", "has"];

    /// <exception cref="ApiException">Names the tag and the condition at fault, as in <c>tags.endpoint.regex</c>.</exception>
    public static List<TagMatcher> Parse(JsonElement tags, int maxPatternLength)
    {
        if (tags.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.BadField("tags", $"is {JsonFields.KindOf(tags)}; it must be an object of tag keys and values");
        }

        var keys = new HashSet<string>(StringComparer.Ordinal);
        var matchers = new List<TagMatcher>();
        foreach (var property in tags.EnumerateObject())
        {
            var key = JsonFields.Name(property, "tags");
            if (key.Length == 0)
            {
                throw ApiException.BadField("tags", "has an empty key");
            }

            var field = $"tags.{Suggestion.Shorten(key)}";
            if (!keys.Add(key))
            {
                throw ApiException.BadField(field, "is given twice");
            }

            if (keys.Count > MaxTags)
            {
                throw ApiException.BadField("tags", $"has more than {MaxTags} keys");
            }

            AddMatchers(key, property.Value, field, maxPatternLength, matchers);
            if (matchers.Count > CompiledSelector.MaxMatchers)
            {
                throw ApiException.BadField(
                    "tags", $"comes to more than {CompiledSelector.MaxMatchers} conditions; each value of a \"not\" is one, a \"notRegex\" such as \"a|b|c\" is one in all");
            }
        }

        return matchers;
    }

    private static void AddMatchers(string key, JsonElement value, string field, int maxPatternLength, List<TagMatcher> matchers)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                matchers.Add(TagMatcher.Equal(key, JsonFields.String(value, field)));
                break;
            case JsonValueKind.Array:
                matchers.Add(TagMatcher.In(key, NotEmpty(JsonFields.Strings(value, field, MaxValues), field)));
                break;
            case JsonValueKind.Object:
                AddConditions(key, value, field, maxPatternLength, matchers);
                break;
            default:
                throw ApiException.BadField(
                    field, $"is {JsonFields.KindOf(value)}; it must be a string, a list of strings, or an object with {string.Join(", ", Conditions)}");
        }
    }

    private static void AddConditions(string key, JsonElement value, string field, int maxPatternLength, List<TagMatcher> matchers)
    {
        var conditions = JsonFields.Object(value, field, "a tag's conditions", Conditions);
        if (conditions.Count == 0)
        {
            throw ApiException.BadField(field, $"has no condition; it takes {string.Join(", ", Conditions)}");
        }

        foreach (var (name, condition) in conditions)
        {
            var conditionField = $"{field}.{name}";
            switch (name)
            {
                case "regex":
                    matchers.Add(TagMatcher.Regex(key, Pattern(condition, conditionField, maxPatternLength)));
                    break;
                case "notRegex":
                    matchers.Add(TagMatcher.NotRegex(key, Pattern(condition, conditionField, maxPatternLength)));
                    break;
                case "not" when condition.ValueKind == JsonValueKind.Array:
                    var values = NotEmpty(JsonFields.Strings(condition, conditionField, MaxValues), conditionField);
                    matchers.AddRange(values.Select(v => TagMatcher.NotEqual(key, v)));
                    break;
                case "not":
                    matchers.Add(TagMatcher.NotEqual(key, JsonFields.String(condition, conditionField)));
                    break;
                case "has" when condition.ValueKind is JsonValueKind.True:
                    matchers.Add(TagMatcher.Has(key));
                    break;
                case "has" when condition.ValueKind is JsonValueKind.False:
                    matchers.Add(TagMatcher.Equal(key, ""));
                    break;
                default:
                    throw ApiException.BadField(conditionField, $"is {JsonFields.KindOf(condition)}; it must be true or false");
            }
        }
    }

    private static string Pattern(JsonElement element, string field, int maxLength) =>
        RegexPattern.Check(JsonFields.String(element, field), field, maxLength);

    private static string[] NotEmpty(string[] values, string field) =>
        values.Length > 0 ? values : throw ApiException.BadField(field, "is an empty list, which nothing satisfies");
}

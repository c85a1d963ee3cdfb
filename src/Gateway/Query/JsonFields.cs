using System.Text.Json;
using Metrics.Gateway.Problems;

namespace Metrics.Gateway.Query;

/// <summary>Reads JSON strictly: what is not as it should be is refused by the name of its field.</summary>
internal static class JsonFields
{
    /// <summary>The fields of an object, each known and given once.</summary>
    /// <param name="element">What should be an object.</param>
    /// <param name="parent">The object's own field name, or null for the body.</param>
    /// <param name="what">What the object is, for the message: "a query".</param>
    /// <param name="known">The names that are allowed.</param>
    /// <exception cref="ApiException">It is no object, or has another field or the same twice.</exception>
    public static Dictionary<string, JsonElement> Object(JsonElement element, string? parent, string what, string[] known)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw NotAn(parent, what, element);
        }

        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            var name = Name(property, parent ?? what);
            var field = parent is null ? name : $"{parent}.{name}";
            if (!known.Contains(name))
            {
                var shown = Suggestion.Shorten(name);
                throw new ApiException(new ApiFailure(
                    400,
                    parent is null ? shown : $"{parent}.{shown}",
                    $"{shown} is not a field of {what}{Suggestion.DidYouMean(name, known)}; it has {string.Join(", ", known)}."));
            }

            if (!fields.TryAdd(name, property.Value))
            {
                throw ApiException.BadField(field, "is given twice");
            }
        }

        return fields;
    }

    /// <exception cref="ApiException">It is no string, or not valid Unicode.</exception>
    public static string String(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            throw ApiException.BadField(field, $"is {KindOf(element)}; it must be a string");
        }

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ApiException.BadField(field, "is not valid Unicode");
        }
    }

    /// <summary>A list of strings without the empty one.</summary>
    public static string[] Strings(JsonElement array, string field, int max)
    {
        if (array.ValueKind != JsonValueKind.Array)
        {
            throw ApiException.BadField(field, $"is {KindOf(array)}; it must be a list of strings");
        }

        var length = array.GetArrayLength();
        if (length > max)
        {
            throw ApiException.BadField(field, $"has {length} elements; at most {max} are allowed");
        }

        var strings = new string[length];
        foreach (var element in array.EnumerateArray())
        {
            length--;
            var index = strings.Length - 1 - length;
            strings[index] = String(element, $"{field}[{index}]");
            if (strings[index].Length == 0)
            {
                throw ApiException.BadField($"{field}[{index}]", "is empty");
            }
        }

        return strings;
    }

    public static string Name(JsonProperty property, string parent)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw ApiException.BadField(parent, "has a name that is not valid Unicode");
        }
    }

    public static string KindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static ApiException NotAn(string? field, string what, JsonElement element) => field is null
        ? new(new ApiFailure(400, null, $"The body is {KindOf(element)}; it must be an object: {what}."))
        : ApiException.BadField(field, $"is {KindOf(element)}; it must be an object");
}

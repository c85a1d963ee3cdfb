using System.Globalization;
using System.Text.Json;
using Metrics.Gateway.Problems;
using Metrics.Gateway.Query;
using Metrics.Grains.Interfaces.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Metrics.Gateway.Storage;

/// <summary>What destroys data is asked for with the number of series that it concerns, so that a slip does not empty a system.</summary>
internal static class Confirmation
{
    public const string Field = "expectedSeries";

    /// <exception cref="ApiException">No count was given, or another than there are.</exception>
    public static void Check(ConfirmedChange change, long? expected, string done)
    {
        if (change.Done)
        {
            return;
        }

        throw expected is null
            ? ApiException.BadField(
                Field, Invariant($"is missing: {change.Series} series match, and nothing was {done}; repeat the request with {Field} {change.Series} if that is what you mean"))
            : new ApiException(new ApiFailure(
                StatusCodes.Status409Conflict, Field, Invariant($"{Field} is {expected}, but {change.Series} series match; nothing was {done}.")));
    }

    public static long? Parse(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var count) && count >= 0
            ? count
            : throw ApiException.BadField(Field, "must be a whole number, 0 or more");

    public static long? Parse(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw ApiException.BadField(Field, "must be a whole number, 0 or more");

    /// <summary>A query string that has nothing else.</summary>
    public static long? Parse(QueryString query)
    {
        long? expected = null;
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            var name = pair.DecodeName().ToString();
            if (name != Field)
            {
                throw ApiException.BadField(Suggestion.Shorten(name), $"is not a parameter here; there is {Field}");
            }

            expected = expected is null ? Parse(pair.DecodeValue().ToString()) : throw ApiException.BadField(name, "is given twice");
        }

        return expected;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

using System.Globalization;
using System.Text.Json;
using Metrics.Gateway.Problems;

namespace Metrics.Gateway.Query;

/// <summary>Times in requests, as <see cref="TimeText"/> has them.</summary>
internal static class TimeField
{
    /// <param name="element">A string or a number.</param>
    /// <param name="field">Its name, for the refusal.</param>
    /// <param name="nowMs">What "now" means in it.</param>
    /// <returns>Epoch milliseconds.</returns>
    /// <exception cref="ApiException">It is no time.</exception>
    public static long Parse(JsonElement element, string field, long nowMs)
    {
        long epochMs = 0;
        var valid = element.ValueKind switch
        {
            JsonValueKind.Number => element.TryGetDouble(out var number) && TimeText.TryParse(number, out epochMs),
            _ => TimeText.TryParse(JsonFields.String(element, field), nowMs, out epochMs),
        };
        return valid ? epochMs : throw Refused(field);
    }

    /// <summary>The same out of a query string, where a number is text too.</summary>
    public static long Parse(string text, string field, long nowMs) =>
        TimeText.TryParse(text, nowMs, out var epochMs)
        || (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && TimeText.TryParse(number, out epochMs))
            ? epochMs
            : throw Refused(field);

    private static ApiException Refused(string field) => ApiException.BadField(field, $"is not a time from 1970 on; write {TimeText.Form}");
}

using System.Text.Json;
using System.Text.RegularExpressions;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Gateway.OpenApi;
using Metrics.Gateway.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Query;

/// <summary>What there is: metric names, tag keys, tag values, series.</summary>
internal static class ListEndpoints
{
    public static void MapLists(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v1").AddEndpointFilter<ProblemFilter>();
        group.MapGet("metrics/names", Metrics).WithApi(QueryDescriptions.MetricNames);
        group.MapGet("tags", TagKeys).WithApi(QueryDescriptions.TagKeys);
        group.MapGet("tags/{key}/values", TagValues).WithApi(QueryDescriptions.TagValues);
        group.MapGet("series", Series).WithApi(QueryDescriptions.Series);
    }

    private static async Task Metrics(
        HttpContext context, ListRequestParser parser, QueryClient client, IOptions<QueryApiOptions> options)
    {
        var list = parser.Parse(context.Request.QueryString, takesPrefix: true);
        var count = CountToAsk(list, options.Value);
        var names = await client.Ask("metrics", grain => grain.ListMetrics(list.Selector, count), context.RequestAborted);
        await WriteNamesAsync(context, "metrics", names, list, count);
    }

    private static async Task TagKeys(
        HttpContext context, ListRequestParser parser, QueryClient client, IOptions<QueryApiOptions> options)
    {
        var list = parser.Parse(context.Request.QueryString, takesPrefix: true);
        var count = CountToAsk(list, options.Value);
        var keys = await client.Ask("tags", grain => grain.ListTagKeys(list.Selector, count), context.RequestAborted);
        await WriteNamesAsync(context, "tags", keys, list, count);
    }

    private static async Task TagValues(HttpContext context, string key, ListRequestParser parser, QueryClient client)
    {
        var list = parser.Parse(context.Request.QueryString, takesPrefix: true);
        var tagKey = TagKey(context, key);
        var selector = list.Selector;
        if (list.Prefix.Length > 0)
        {
            // A tag may have far more values than a listing; let the index find those that start so.
            var startsSo = TagMatcher.Regex(tagKey, Regex.Escape(list.Prefix) + ".*");
            selector = selector with { Matchers = [.. selector.Matchers, startsSo] };
        }

        var values = await client.Ask("values", grain => grain.ListTagValues(tagKey, selector, list.Limit + 1), context.RequestAborted);
        await WriteNamesAsync(context, "values", values, list, list.Limit + 1);
    }

    private static async Task Series(HttpContext context, ListRequestParser parser, QueryClient client)
    {
        var list = parser.Parse(context.Request.QueryString, takesPrefix: false);
        var series = await client.Ask("series", grain => grain.FindSeries(list.Selector, list.Limit + 1), context.RequestAborted);
        await using var answer = await JsonAnswer.StartAsync(context.Response);
        await WriteListAsync(answer, "series", series.Take(list.Limit), series.Count > list.Limit, static (json, item) => Write(json, item));
    }

    /// <summary>
    /// One more than is shown, to see whether there are more; with a prefix as many as may be, since
    /// it is looked for here.
    /// </summary>
    private static int CountToAsk(ListRequest list, QueryApiOptions options) => (list.Prefix.Length == 0 ? list.Limit : options.MaxListLimit) + 1;

    private static async Task WriteNamesAsync(HttpContext context, string property, IReadOnlyList<string> names, ListRequest list, int asked)
    {
        var matching = list.Prefix.Length == 0
            ? names
            : [.. names.Where(name => name.StartsWith(list.Prefix, StringComparison.Ordinal))];
        var truncated = matching.Count > list.Limit || names.Count >= asked;
        await using var answer = await JsonAnswer.StartAsync(context.Response);
        await WriteListAsync(answer, property, matching.Take(list.Limit), truncated, static (json, name) => json.WriteStringValue(name));
    }

    private static async Task WriteListAsync<T>(
        JsonAnswer answer, string property, IEnumerable<T> items, bool truncated, Action<Utf8JsonWriter, T> write)
    {
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteStartArray(property);
        foreach (var item in items)
        {
            write(json, item);
            await answer.FlushIfLargeAsync();
        }

        json.WriteEndArray();
        if (truncated)
        {
            json.WriteBoolean("truncated", true);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SeriesKey series)
    {
        json.WriteStartObject();
        json.WriteString("metric", series.Metric);
        json.WriteStartObject("tags");
        foreach (var tag in series.Tags)
        {
            json.WriteString(tag.Key, tag.Value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>
    /// The key as it was sent. The server decodes paths except for <c>%2F</c>, so a key with a slash in it has to be taken from
    /// the request's own bytes.
    /// </summary>
    private static string TagKey(HttpContext context, string routeValue)
    {
        if (!routeValue.Contains("%2F", StringComparison.OrdinalIgnoreCase))
        {
            return routeValue;
        }

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var segments = target.Split('?', 2)[0].TrimEnd('/').Split('/');
        return Uri.UnescapeDataString(segments[^2]);
    }
}

using System.Text.Json;
using Metrics.Gateway.OpenApi;
using Metrics.Gateway.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Metrics.Gateway.Query;

/// <summary><c>POST /api/v1/query</c> and <c>POST /api/v1/query/batch</c>.</summary>
internal static class QueryEndpoints
{
    public static void MapQueries(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v1/query").AddEndpointFilter<ProblemFilter>();
        group.MapPost("", Query).WithApi(QueryDescriptions.Query);
        group.MapPost("batch", Batch).WithApi(QueryDescriptions.Batch);
    }

    private static async Task Query(HttpContext context, JsonBody body, QueryParser parser, QueryClient client, TimeProvider time)
    {
        using var document = await body.ReadAsync(context);
        var plan = parser.Parse(document.RootElement, TimeText.Now(time));
        var result = await client.Ask("query", grain => grain.Execute(plan, context.RequestAborted), context.RequestAborted);
        await using var answer = await JsonAnswer.StartAsync(context.Response);
        await QueryAnswer.WriteAsync(answer, plan, result);
    }

    private static async Task Batch(HttpContext context, JsonBody body, BatchRunner runner, TimeProvider time)
    {
        using var document = await body.ReadAsync(context);
        var outcomes = runner.Start(document.RootElement, TimeText.Now(time), context);
        await using var answer = await JsonAnswer.StartAsync(context.Response);
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteStartArray("results");
        for (var i = 0; i < outcomes.Count; i++)
        {
            var outcome = await outcomes[i];
            if (outcome is { Plan: { } plan, Result: { } result })
            {
                await QueryAnswer.WriteAsync(answer, plan, result);
            }
            else
            {
                json.WriteStartObject();
                json.WritePropertyName("error");
                JsonSerializer.Serialize(json, outcome.Failure!.ToProblemDetails(), JsonSerializerOptions.Web);
                json.WriteEndObject();
            }

            // What is written need not be held until the last query is done.
            outcomes[i] = Task.FromResult(default(BatchRunner.Outcome));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

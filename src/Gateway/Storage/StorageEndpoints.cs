using System.Text.Json;
using Metrics.Gateway.OpenApi;
using Metrics.Gateway.Problems;
using Metrics.Gateway.Query;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Metrics.Gateway.Storage;

/// <summary>What is stored, for how long, and deleting it: <c>/api/v1/status/storage</c>, <c>/api/v1/series</c>, <c>/api/v1/retention</c>.</summary>
internal static class StorageEndpoints
{
    private const int MaxBlocks = 10_000;

    public static void MapStorage(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v1").AddEndpointFilter<ProblemFilter>();
        group.MapGet("status/storage", Status).WithApi(StorageDescriptions.Status);
        group.MapPost("storage/flush", Flush).WithApi(StorageDescriptions.Flush);
        group.MapPost("storage/recheck", Recheck).WithApi(StorageDescriptions.Recheck);
        group.MapDelete("series", DeleteSeries).WithApi(StorageDescriptions.DeleteSeries);
        group.MapGet("retention", Retention).WithApi(StorageDescriptions.Retention);
        group.MapPut("retention/{name}", PutPolicy).WithApi(StorageDescriptions.PutPolicy);
        group.MapDelete("retention/{name}", RemovePolicy).WithApi(StorageDescriptions.RemovePolicy);
    }

    private static async Task<IResult> Status(StorageClient client, CancellationToken cancellation) =>
        Results.Text(await client.GetStatus(cancellation), ApiBody.Json);

    private static async Task<IResult> Flush(StorageClient client, CancellationToken cancellation)
    {
        await client.Ask(
            async grain =>
            {
                await grain.Flush(cancellation);
                return true;
            },
            cancellation);
        return Results.NoContent();
    }

    private static async Task<IResult> Recheck(HttpContext context, JsonBody body, StorageClient client)
    {
        using var document = await body.ReadAsync(context);
        var fields = JsonFields.Object(document.RootElement, null, "a list of blocks", ["blocks"]);
        var blocks = fields.TryGetValue("blocks", out var names)
            ? JsonFields.Strings(names, "blocks", MaxBlocks)
            : throw ApiException.BadField("blocks", "is missing; give the names of blocks as verify shows them");
        var damaged = await client.Ask(grain => grain.Recheck(blocks), context.RequestAborted);
        return Results.Json(new { damaged }, JsonSerializerOptions.Web);
    }

    private static async Task<IResult> DeleteSeries(
        HttpContext context, JsonBody body, DeletionRequestParser parser, StorageClient client, TimeProvider time)
    {
        var nowMs = TimeText.Now(time);
        DeletionRequest request;
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            using var document = await body.ReadAsync(context);
            request = parser.Parse(document.RootElement, nowMs);
        }
        else
        {
            request = parser.Parse(context.Request.QueryString, nowMs);
        }

        var change = await client.Ask(
            grain => grain.DeleteSeries(request.Selector, request.FromMs, request.ToMs, request.ExpectedSeries), context.RequestAborted);
        Confirmation.Check(change, request.ExpectedSeries, "deleted");
        return Results.Json(new { deletedSeries = change.Series }, JsonSerializerOptions.Web);
    }

    private static async Task<IResult> Retention(StorageClient client, CancellationToken cancellation)
    {
        var rules = await client.Ask(static grain => grain.GetRetention(), cancellation);
        return Results.Json(RetentionAnswer.Of(rules), RetentionAnswer.Json);
    }

    private static async Task<IResult> PutPolicy(HttpContext context, string name, JsonBody body, RetentionPolicyParser parser, StorageClient client)
    {
        using var document = await body.ReadAsync(context);
        var (policy, expected) = parser.Parse(name, document.RootElement);
        var change = await client.Ask(grain => grain.PutPolicy(policy, expected), context.RequestAborted);
        Confirmation.Check(change, expected, "changed");
        return Results.Json(RetentionAnswer.Of(policy), RetentionAnswer.Json);
    }

    private static async Task<IResult> RemovePolicy(HttpContext context, string name, StorageClient client)
    {
        var expected = Confirmation.Parse(context.Request.QueryString);
        var change = await client.Ask(grain => grain.RemovePolicy(name, expected), context.RequestAborted)
            ?? throw new ApiException(new ApiFailure(StatusCodes.Status404NotFound, "name", $"There is no retention policy \"{Suggestion.Shorten(name)}\"."));
        Confirmation.Check(change, expected, "changed");
        return Results.NoContent();
    }
}

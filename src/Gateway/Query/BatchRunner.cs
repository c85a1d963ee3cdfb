using System.Text.Json;
using Metrics.Core.Query;
using Metrics.Gateway.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Query;

/// <summary>Runs the queries of a batch side by side; each succeeds or fails by itself.</summary>
internal sealed class BatchRunner(QueryParser parser, QueryClient client, IOptions<QueryApiOptions> options, ILogger<BatchRunner> logger)
{
    private static readonly string[] Fields = ["queries"];

    private readonly QueryApiOptions _options = options.Value;

    /// <summary>What became of one query: a plan and its result, or a failure.</summary>
    internal readonly record struct Outcome(QueryPlan? Plan, QueryResult? Result, ApiFailure? Failure);

    /// <summary>Starts every query of <c>{"queries":[…]}</c>; the tasks are in its order and fail only when the client has gone.</summary>
    /// <exception cref="ApiException">The batch itself is malformed or too long.</exception>
    public List<Task<Outcome>> Start(JsonElement batch, long nowMs, HttpContext context)
    {
        var fields = JsonFields.Object(batch, null, "a batch", Fields);
        if (!fields.TryGetValue("queries", out var queries))
        {
            throw ApiException.BadField("queries", "is missing; give a list of queries");
        }

        if (queries.ValueKind != JsonValueKind.Array)
        {
            throw ApiException.BadField("queries", $"is {JsonFields.KindOf(queries)}; it must be a list of queries");
        }

        if (queries.GetArrayLength() > _options.MaxBatch)
        {
            throw new ApiException(ApiFailure.BadField(
                "queries", $"has {queries.GetArrayLength()} elements; at most {_options.MaxBatch} are allowed") with
            {
                Limit = $"{QueryApiOptions.Section}:{nameof(QueryApiOptions.MaxBatch)}",
            });
        }

        var places = new SemaphoreSlim(_options.BatchConcurrency);
        return [.. queries.EnumerateArray().Select(query => Start(query, nowMs, places, context))];
    }

    /// <summary>Parses before the first wait: the document is gone after it.</summary>
    private Task<Outcome> Start(JsonElement query, long nowMs, SemaphoreSlim places, HttpContext context)
    {
        try
        {
            return RunAsync(parser.Parse(query, nowMs), places, context);
        }
        catch (ApiException e)
        {
            return Task.FromResult(new Outcome(null, null, e.Failure));
        }
    }

    private async Task<Outcome> RunAsync(QueryPlan plan, SemaphoreSlim places, HttpContext context)
    {
        await places.WaitAsync(context.RequestAborted);
        try
        {
            var result = await client.Ask("query", grain => grain.Execute(plan, context.RequestAborted), context.RequestAborted);
            return new Outcome(plan, result, null);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (ApiFailures.TryMap(e, out var failure))
        {
            return new Outcome(plan, null, failure);
        }
        catch (Exception e)
        {
            var failure = ApiFailures.Unexpected(context);
            ProblemsLog.RequestFailed(logger, e, context.Request.Method, context.Request.Path, failure.TraceId);
            return new Outcome(plan, null, failure);
        }
        finally
        {
            places.Release();
        }
    }
}

using System.Threading.RateLimiting;
using Metrics.Gateway.Problems;
using Metrics.Grains.Interfaces.Query;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Query;

/// <summary>
/// Asks the query grain: a bounded number of questions at a time, since Orleans queues without a bound, and for a bounded time.
/// </summary>
internal sealed class QueryClient : IDisposable
{
    private readonly IGrainFactory _grains;
    private readonly QueryInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly QueryApiOptions _options;
    private readonly ConcurrencyLimiter _places;

    public QueryClient(IGrainFactory grains, QueryInstruments instruments, TimeProvider time, IOptions<QueryApiOptions> options)
    {
        _grains = grains;
        _instruments = instruments;
        _time = time;
        _options = options.Value;
        _places = new ConcurrencyLimiter(new()
        {
            PermitLimit = _options.MaxConcurrent,
            QueueLimit = _options.MaxQueued,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    }

    /// <param name="operation">What the instruments call it.</param>
    /// <param name="question">A call to the grain.</param>
    /// <param name="cancellationToken">Stops the waiting; give it to the call as well where that takes one.</param>
    /// <exception cref="ApiException">Too many are waiting, or there was no answer in time.</exception>
    public async Task<T> Ask<T>(string operation, Func<IQueryGrain, ValueTask<T>> question, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var outcome = "error";
        try
        {
            // The grain has the same limit and a better message; it gets a moment to be first.
            var wait = _options.Timeout + TimeSpan.FromSeconds(1);
            var answer = await AskInTurn(question, cancellationToken).WaitAsync(wait, _time, cancellationToken);
            outcome = "ok";
            return answer;
        }
        catch (TimeoutException)
        {
            throw new ApiException(new ApiFailure(
                StatusCodes.Status503ServiceUnavailable,
                null,
                $"The cluster did not answer within {_options.Timeout.TotalSeconds} s: it is overloaded, or a silo has just been lost.")
            {
                Limit = $"{QueryApiOptions.Section}:{nameof(QueryApiOptions.Timeout)}",
                RetryAfterSeconds = 1,
            });
        }
        finally
        {
            _instruments.Record(operation, outcome, _time.GetElapsedTime(start));
        }
    }

    public void Dispose() => _places.Dispose();

    /// <summary>Gives its place back when the grain is done, even if the caller has stopped waiting by then.</summary>
    private async Task<T> AskInTurn<T>(Func<IQueryGrain, ValueTask<T>> question, CancellationToken cancellationToken)
    {
        using var place = await _places.AcquireAsync(1, cancellationToken);
        if (!place.IsAcquired)
        {
            throw new ApiException(new ApiFailure(
                StatusCodes.Status503ServiceUnavailable,
                null,
                $"{_options.MaxConcurrent} queries are running and {_options.MaxQueued} are waiting; no more are taken until some are done.")
            {
                Limit = $"{QueryApiOptions.Section}:{nameof(QueryApiOptions.MaxQueued)}",
                RetryAfterSeconds = 1,
            });
        }

        return await question(_grains.GetGrain<IQueryGrain>(0));
    }
}

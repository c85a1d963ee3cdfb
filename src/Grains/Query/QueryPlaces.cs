using System.Globalization;
using Metrics.Core.Query;
using Microsoft.Extensions.Options;

namespace Metrics.Grains.Query;

/// <summary>Bounds the queries that this silo evaluates at once: more of them would only slow each other and take memory.</summary>
internal sealed class QueryPlaces : IDisposable
{
    private readonly TimeSpan _patience;
    private readonly int _count;
    private readonly SemaphoreSlim _free;
    private int _waiting;

    public QueryPlaces(IOptions<QueryOptions> options)
    {
        var most = options.Value.MaxConcurrentPerSilo;
        _count = most != 0 ? most : Math.Max(4, Environment.ProcessorCount * 2);
        _free = new SemaphoreSlim(_count);

        // Half of a query's time: a question that is let in has the rest to be answered in.
        _patience = options.Value.Timeout / 2;
    }

    /// <summary>Questions that wait for a place.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Runs a question when there is a place for it.</summary>
    /// <exception cref="QueryLimitException">There was none for half of a query's time.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> question, CancellationToken cancellation)
    {
        if (!await WaitAsync(cancellation))
        {
            throw new QueryLimitException(
                QueryOptions.ConcurrencyLimit,
                string.Create(CultureInfo.InvariantCulture, $"{_count} queries are being evaluated and there was no place within {_patience.TotalSeconds:0.###} s; try again later"));
        }

        try
        {
            return await question();
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            return await _free.WaitAsync(_patience, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose() => _free.Dispose();
}

using System.Globalization;
using Metrics.Core.Query;
using Microsoft.Extensions.Options;

namespace Metrics.Grains.Query;

/// <summary>
/// Bounds the queries that this silo evaluates at once, and the listings: more of them would only slow each other and take memory.
/// The two have places of their own, so that listings of very many series do not keep queries waiting.
/// </summary>
internal sealed class QueryPlaces : IDisposable
{
    private readonly TimeSpan _patience;
    private readonly int _count;
    private readonly int _listings;
    private readonly SemaphoreSlim _free;
    private readonly SemaphoreSlim _freeForListings;
    private int _waiting;

    public QueryPlaces(IOptions<QueryOptions> options)
    {
        var most = options.Value.MaxConcurrentPerSilo;
        _count = most != 0 ? most : Math.Max(4, Environment.ProcessorCount * 2);
        _free = new SemaphoreSlim(_count);
        _listings = (_count + 1) / 2;
        _freeForListings = new SemaphoreSlim(_listings);

        // Half of a query's time: a question that is let in has the rest to be answered in.
        _patience = options.Value.Timeout / 2;
    }

    /// <summary>Questions that wait for a place.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Runs a question when there is a place for it.</summary>
    /// <exception cref="QueryLimitException">There was none for half of a query's time.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> question, CancellationToken cancellation)
    {
        if (!await WaitAsync(_free, cancellation))
        {
            throw NoPlace(_count, "queries are being evaluated");
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

    /// <summary>Makes a listing, off the caller's scheduler, when there is a place for it: half as many as for queries.</summary>
    /// <exception cref="QueryLimitException">There was none for half of a query's time.</exception>
    public async Task<T> ListAsync<T>(Func<Task<T>> listing)
    {
        if (!await WaitAsync(_freeForListings, CancellationToken.None))
        {
            throw NoPlace(_listings, "listings are being made");
        }

        try
        {
            return await Task.Run(listing);
        }
        finally
        {
            _freeForListings.Release();
        }
    }

    private QueryLimitException NoPlace(int count, string what) => new(
        QueryOptions.ConcurrencyLimit,
        string.Create(CultureInfo.InvariantCulture, $"{count} {what} and there was no place within {_patience.TotalSeconds:0.###} s; try again later"));

    private async Task<bool> WaitAsync(SemaphoreSlim free, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            return await free.WaitAsync(_patience, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose()
    {
        _free.Dispose();
        _freeForListings.Dispose();
    }
}

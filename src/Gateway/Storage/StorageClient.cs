using Metrics.Gateway.Problems;
using Metrics.Grains.Interfaces.Storage;
using Microsoft.AspNetCore.Http;

namespace Metrics.Gateway.Storage;

/// <summary>Asks the storage grain, one question at a time: these are rare, and some are long.</summary>
internal sealed class StorageClient(IGrainFactory grains) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Beside whatever else is asked: it is looked at while something takes long.</summary>
    public ValueTask<string> GetStatus(CancellationToken cancellation) => grains.GetGrain<IStorageGrain>(0).GetStatus(cancellation);

    /// <exception cref="ApiException">The change conflicts with what is there.</exception>
    public async Task<T> Ask<T>(Func<IStorageGrain, ValueTask<T>> question, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await question(grains.GetGrain<IStorageGrain>(0));
        }
        catch (InvalidOperationException e)
        {
            throw new ApiException(new ApiFailure(StatusCodes.Status409Conflict, null, e.Message));
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}

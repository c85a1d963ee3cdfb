using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Ingestion.Bodies;

/// <summary>
/// How many bytes the bodies of all requests under way hold together. Without it, many slow senders of large bodies would take
/// the memory that the series live in.
/// </summary>
internal sealed class BodyBudget(IOptions<IngestOptions> options)
{
    private readonly long _limit = options.Value.MaxConcurrentBytes;
    private long _held;

    /// <summary>Bytes held now.</summary>
    public long Held => Volatile.Read(ref _held);

    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= _limit)
        {
            return true;
        }

        Release(bytes);
        return false;
    }

    public void Release(long bytes) => Interlocked.Add(ref _held, -bytes);
}

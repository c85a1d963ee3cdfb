namespace Metrics.Core.Catalog;

/// <summary>What all shards' spools have together on local disk, against <see cref="BlocksOptions.MaxSpoolBytes"/>.</summary>
internal sealed class SpoolBudget(long maxBytes)
{
    private long _used;

    public long UsedBytes => Volatile.Read(ref _used);

    /// <summary>Takes account of files that are there, whatever the bound.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _used, bytes);

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);

    /// <exception cref="SpoolFullException">The bound would be passed.</exception>
    public void Reserve(long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        var used = Interlocked.Add(ref _used, bytes);
        if (used > maxBytes)
        {
            Release(bytes);
            throw new SpoolFullException(
                $"{used - bytes} bytes of blocks wait on local disk for the object store and {bytes} more would pass {BlocksOptions.Section}:MaxSpoolBytes ({maxBytes}).");
        }
    }
}

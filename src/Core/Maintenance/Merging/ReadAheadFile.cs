using Metrics.Core.Blocks;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>
/// Reads a block's bytes in larger pieces: a job goes through a block from start to end, and a piece of an object in the store costs
/// a request however small it is. Not thread-safe.
/// </summary>
internal sealed class ReadAheadFile(IBlockFile file) : IBlockFile
{
    private const int LocalBytes = 128 * 1024;
    private const int RemoteBytes = 4 * 1024 * 1024;

    private byte[] _buffer = [];
    private long _start;
    private int _count;

    public long Length => file.Length;

    public BlockTier Tier => file.Tier;

    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        if (offset >= _start && offset + destination.Length <= _start + _count)
        {
            _buffer.AsSpan((int)(offset - _start), destination.Length).CopyTo(destination.Span);
            return default;
        }

        return FillAsync(offset, destination, cancellation);
    }

    public void Dispose() => file.Dispose();

    private async ValueTask FillAsync(long offset, Memory<byte> destination, CancellationToken cancellation)
    {
        var size = (int)Math.Min(file.Tier == BlockTier.Cold ? RemoteBytes : LocalBytes, Math.Max(0, file.Length - offset));
        if (destination.Length >= size)
        {
            await file.ReadAsync(offset, destination, cancellation);
            return;
        }

        if (_buffer.Length < size)
        {
            _buffer = new byte[size];
        }

        _count = 0;
        await file.ReadAsync(offset, _buffer.AsMemory(0, size), cancellation);
        (_start, _count) = (offset, size);
        _buffer.AsSpan(0, destination.Length).CopyTo(destination.Span);
    }
}

using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Backup;

/// <summary>An object read as a stream, some megabytes at a time; seekable, so that a put can begin again.</summary>
internal sealed class ObjectStream(IObjectStore store, string name, long length) : Stream
{
    private const int BufferBytes = 4 * 1024 * 1024;

    private readonly byte[] _buffer = new byte[(int)Math.Clamp(length, 1, BufferBytes)];
    private long _position;
    private long _bufferedFrom;
    private int _buffered;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= length || buffer.IsEmpty)
        {
            return 0;
        }

        if (_position < _bufferedFrom || _position >= _bufferedFrom + _buffered)
        {
            var wanted = (int)Math.Min(_buffer.Length, length - _position);
            _buffered = await store.ReadAsync(name, _position, _buffer.AsMemory(0, wanted), cancellationToken);
            _bufferedFrom = _position;
            if (_buffered < wanted)
            {
                throw new InvalidDataException($"The object {name} has {_position + _buffered} bytes instead of {length}.");
            }
        }

        var at = (int)(_position - _bufferedFrom);
        var count = Math.Min(buffer.Length, _buffered - at);
        _buffer.AsMemory(at, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>For clients that read on a thread of their own.</summary>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

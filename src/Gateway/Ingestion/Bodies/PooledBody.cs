namespace Metrics.Gateway.Ingestion.Bodies;

/// <summary>A request's body in one piece of pooled memory, which grows with what arrives and never beyond its limit.</summary>
internal sealed class PooledBody : IDisposable
{
    private readonly BodyBudget _budget;
    private readonly int _limit;
    private byte[] _buffer;
    private byte[]? _overflow;

    /// <param name="budget">What the memory is taken from.</param>
    /// <param name="capacity">Bytes to start with: known to be needed, or a guess.</param>
    /// <param name="limit">Bytes that the body may come to.</param>
    /// <exception cref="BodyRefusedException">The budget is used up.</exception>
    public PooledBody(BodyBudget budget, int capacity, int limit)
    {
        _budget = budget;
        _limit = limit;
        _buffer = [];
        Grow(Math.Clamp(capacity, 256, limit));
    }

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, Length);

    /// <summary>A read-only view for decoders that want a stream.</summary>
    public MemoryStream AsStream() => new(_buffer, 0, Length, writable: false);

    /// <summary>Room to write to; at least one byte.</summary>
    /// <exception cref="BodyRefusedException">The limit or the budget is used up.</exception>
    public Span<byte> GetSpan()
    {
        if (Length == _limit)
        {
            // A body of exactly the limit can only be told from a longer one by another byte, which the pool would double its array for.
            return _overflow ??= new byte[1];
        }

        if (Length == _buffer.Length)
        {
            Grow((int)Math.Min(2L * _buffer.Length, _limit));
        }

        return _buffer.AsSpan(Length, Math.Min(_buffer.Length, _limit) - Length);
    }

    /// <exception cref="BodyRefusedException">The body is over its limit.</exception>
    public void Advance(int count)
    {
        Length += count;
        if (Length > _limit)
        {
            throw BodyRefusedException.TooLarge(_limit);
        }
    }

    /// <exception cref="BodyRefusedException">The limit or the budget is used up.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _limit - Length)
        {
            throw BodyRefusedException.TooLarge(_limit);
        }

        if (bytes.Length > _buffer.Length - Length)
        {
            Grow((int)Math.Min(Math.Max(2L * _buffer.Length, (long)Length + bytes.Length), _limit));
        }

        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length != 0)
        {
            BodyArrays.Return(buffer);
            _budget.Release(buffer.Length);
        }
    }

    private void Grow(int capacity)
    {
        var larger = BodyArrays.Rent(capacity);
        if (!_budget.TryReserve(larger.Length))
        {
            BodyArrays.Return(larger);
            throw BodyRefusedException.NoMemory();
        }

        var old = _buffer;
        old.AsSpan(0, Length).CopyTo(larger);
        _buffer = larger;
        if (old.Length != 0)
        {
            BodyArrays.Return(old);
            _budget.Release(old.Length);
        }
    }
}

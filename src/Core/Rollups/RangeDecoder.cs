namespace Metrics.Core.Rollups;

/// <summary>Reads what <see cref="RangeEncoder"/> wrote. Any bytes give some decisions.</summary>
internal ref struct RangeDecoder
{
    private readonly ReadOnlySpan<byte> _source;
    private int _position;
    private uint _code;
    private uint _range;

    public RangeDecoder(ReadOnlySpan<byte> source)
    {
        _source = source;
        _range = uint.MaxValue;
        for (var i = 0; i < 4; i++)
        {
            _code = (_code << 8) | Next();
        }
    }

    /// <summary>Whether more was read than the encoder can have meant.</summary>
    public readonly bool IsBeyondEnd => _position > _source.Length + RangeEncoder.MaxTrimmed;

    public int TakeTree(Span<AdaptiveBit> nodes, int bits)
    {
        var node = 1;
        var (code, range) = (_code, _range);
        for (var i = 0; i < bits; i++)
        {
            ref var model = ref nodes[node];
            var bound = (range >> AdaptiveBit.ProbabilityBits) * model.ProbabilityOfZero;
            var bit = code < bound ? 0 : 1;
            var ones = (uint)-bit;
            code -= bound & ones;
            range = bound + ((range - bound - bound) & ones);
            model.Learn(bit);
            node = (2 * node) + bit;
            if (range < RangeEncoder.MinRange)
            {
                range <<= 8;
                code = (code << 8) | Next();
            }
        }

        (_code, _range) = (code, range);
        return node - (1 << bits);
    }

    public uint TakeDirect(int bits)
    {
        if (bits == 0)
        {
            return 0;
        }

        _range >>= bits;
        var value = Math.Min(_code / _range, (1u << bits) - 1);
        _code -= value * _range;
        Normalize();
        return value;
    }

    private void Normalize()
    {
        while (_range < RangeEncoder.MinRange)
        {
            _range <<= 8;
            _code = (_code << 8) | Next();
        }
    }

    private uint Next()
    {
        var next = _position < _source.Length ? _source[_position] : (byte)0;
        _position++;
        return next;
    }
}

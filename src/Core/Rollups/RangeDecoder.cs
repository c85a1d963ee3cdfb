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

    public int Take(ref AdaptiveBit model)
    {
        var bound = (_range >> AdaptiveBit.ProbabilityBits) * model.ProbabilityOfZero;
        var bit = _code < bound ? 0 : 1;
        var ones = (uint)-bit;
        _code -= bound & ones;
        _range = bound + ((_range - bound - bound) & ones);
        model.Learn(bit);
        Normalize();
        return bit;
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

namespace Metrics.Core.Rollups;

/// <summary>A binary arithmetic coder: a range of 32 bits, a byte at a time, carries resolved by holding bytes back.</summary>
internal sealed class RangeEncoder
{
    /// <summary>Ranges are kept at least this large.</summary>
    public const uint MinRange = 1u << 24;

    /// <summary>Zeros left out at the end of the code, at most.</summary>
    public const int MaxTrimmed = 5;

    private byte[] _buffer = new byte[512];
    private int _length;
    private ulong _low;
    private uint _range = uint.MaxValue;
    private byte _cache;
    private long _held;

    public int Length => _length;

    public void Clear() => (_length, _low, _range, _cache, _held) = (0, 0, uint.MaxValue, 0, 0);

    /// <summary>A number by a tree of decisions, from its highest bit down.</summary>
    /// <param name="nodes">The root is at 1.</param>
    /// <param name="value">Below two to the power of <paramref name="bits"/>.</param>
    /// <param name="bits">Decisions.</param>
    public void PutTree(Span<AdaptiveBit> nodes, int value, int bits)
    {
        var node = 1;
        var (low, range) = (_low, _range);
        while (--bits >= 0)
        {
            var bit = (value >> bits) & 1;
            ref var model = ref nodes[node];

            // Without a branch on the bit, which is not to be foreseen.
            var bound = (range >> AdaptiveBit.ProbabilityBits) * model.ProbabilityOfZero;
            var ones = (uint)-bit;
            low += bound & ones;
            range = bound + ((range - bound - bound) & ones);
            model.Learn(bit);
            node = (2 * node) + bit;
            if (range < MinRange)
            {
                // Once is enough: no probability is below 24 of 4096.
                range <<= 8;
                _low = low;
                Shift();
                low = _low;
            }
        }

        (_low, _range) = (low, range);
    }

    /// <summary>Bits that are as likely 0 as 1; at most 16.</summary>
    public void PutDirect(uint value, int bits)
    {
        if (bits > 0)
        {
            _range >>= bits;
            _low += (ulong)_range * value;
            Normalize();
        }
    }

    /// <summary>Ends the code; the reader takes zeros for what is left out.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        // The value in the range with the most zeros at its end.
        var bits = 32;
        while (bits > 0)
        {
            var mask = (1UL << bits) - 1;
            var rounded = (_low + mask) & ~mask;
            if (rounded < _low + _range)
            {
                _low = rounded;
                break;
            }

            bits--;
        }

        for (var i = 0; i < 5; i++)
        {
            Shift();
        }

        // The first byte is always zero. Only so many are left out at the end that a reader can tell what was cut off.
        var length = _length;
        while (length > 1 && length > _length - MaxTrimmed && _buffer[length - 1] == 0)
        {
            length--;
        }

        return _buffer.AsSpan(1, length - 1);
    }

    private void Normalize()
    {
        while (_range < MinRange)
        {
            _range <<= 8;
            Shift();
        }
    }

    private void Shift()
    {
        if (_low < 0xFF00_0000 || _low > uint.MaxValue)
        {
            var carry = (byte)(_low >> 32);
            Put((byte)(_cache + carry));
            for (; _held > 0; _held--)
            {
                Put((byte)(0xFF + carry));
            }

            _cache = (byte)(_low >> 24);
        }
        else
        {
            _held++;
        }

        _low = (uint)_low << 8;
    }

    private void Put(byte value)
    {
        if (_length == _buffer.Length)
        {
            Array.Resize(ref _buffer, 2 * _length);
        }

        _buffer[_length++] = value;
    }
}

using System.Numerics;
using Metrics.Core.Compression;

namespace Metrics.Core.Rollups;

/// <summary>One stream of numbers of a chunk: Rice codes whose parameter is learnt, the first one in full.</summary>
internal struct ResidualCode
{
    private RiceParameter _rice;
    private bool _learned;

    /// <summary>Low bits that the next code has as they are.</summary>
    public readonly int K => _learned ? _rice.K : RiceParameter.Max;

    public void PutSigned(ref BitWriter bits, long value) => Put(ref bits, ZigZag.Encode(value));

    public long TakeSigned(ref BitReader bits) => ZigZag.Decode(Take(ref bits));

    public void Put(ref BitWriter bits, ulong value)
    {
        if (!_learned)
        {
            bits.PutLiteral(value);
            Begin(value);
            return;
        }

        var k = _rice.K;
        var quotient = value >> k;
        if (quotient >= ChunkFormat.EscapeQuotient)
        {
            bits.Put(0, ChunkFormat.EscapeQuotient);
            bits.PutLiteral(value);
            _rice.Escape(BitWriter.LiteralBits(value), RiceParameter.Max);
            return;
        }

        bits.Put(1, (int)quotient + 1);
        if (k > 0)
        {
            bits.PutLong(value & ((1UL << k) - 1), k);
        }

        _rice.Adapt((int)quotient, value);
    }

    public ulong Take(ref BitReader bits)
    {
        ulong value;
        if (!_learned)
        {
            value = bits.TakeLiteral();
            Begin(value);
            return value;
        }

        var k = _rice.K;
        var word = bits.Peek(bits.Position);
        var quotient = BitOperations.LeadingZeroCount(word);
        if (quotient >= ChunkFormat.EscapeQuotient)
        {
            bits.Skip(ChunkFormat.EscapeQuotient);
            value = bits.TakeLiteral();
            _rice.Escape(BitWriter.LiteralBits(value), RiceParameter.Max);
            return value;
        }

        if (quotient + 1 + k <= BitReader.MinPeek)
        {
            value = ((ulong)quotient << k) + (k == 0 ? 0 : (word << (quotient + 1)) >> (64 - k));
            bits.Skip(quotient + 1 + k);
        }
        else
        {
            bits.Skip(quotient + 1);
            value = ((ulong)quotient << k) + bits.TakeLong(k);
        }

        _rice.Adapt(quotient, value);
        return value;
    }

    private void Begin(ulong value)
    {
        _learned = true;
        _rice = RiceParameter.FromLevel(128 * Math.Max(0, BitWriter.LiteralBits(value) - 2));
    }
}

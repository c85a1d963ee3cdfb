using System.Runtime.CompilerServices;

namespace Metrics.Core.Compression;

/// <summary>
/// Appends samples to one chunk. Holds only what the next sample is predicted from (64 bytes); the caller owns the
/// chunk's bytes and passes them to each call. <c>default</c> is an empty chunk. A mutable struct: keep it
/// in a field or pass it by reference. Format: docs/formats/chunk.md.
/// </summary>
public struct ChunkAppender
{
    /// <summary>Most bytes by which one append lengthens a chunk; a destination with this much room is never too small.</summary>
    public const int MaxSampleBytes = (ChunkFormat.MaxSampleBits + 7) / 8;

    private ChunkState _state;
    private int _bits;

    /// <summary>Samples in the chunk.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes in use, the last one partly.</summary>
    public readonly int Length => BitWriter.BytesFor(_bits);

    /// <summary>Timestamp of the sample appended last, in ms; 0 when empty.</summary>
    public readonly long LastTimestampMs => _state.Timestamps.Last;

    /// <summary>Value of the sample appended last, bit for bit; 0 when empty.</summary>
    public readonly double LastValue => _state.LastValue;

    /// <summary>Recreates the appender of a chunk from its bytes, by reading them through.</summary>
    /// <param name="chunk">The <see cref="Length"/> bytes in use.</param>
    /// <param name="count">The samples in them.</param>
    /// <exception cref="InvalidDataException">The bytes are not a chunk of that many samples.</exception>
    public static ChunkAppender Resume(ReadOnlySpan<byte> chunk, int count)
    {
        var reader = new ChunkReader(chunk, count);
        Span<long> timestamps = stackalloc long[64];
        Span<double> values = stackalloc double[64];
        while (reader.Read(timestamps, values) > 0)
        {
        }

        return new ChunkAppender { _state = reader.State, _bits = reader.BitPosition, Count = count };
    }

    /// <summary>Appends a sample: any timestamp in any order, any value bit for bit.</summary>
    /// <param name="destination">
    /// The buffer that holds the chunk from its first byte. Bytes past <see cref="Length"/> may be overwritten.
    /// </param>
    /// <param name="timestampMs">Milliseconds since the Unix epoch.</param>
    /// <param name="value">Any float64.</param>
    /// <returns>
    /// False when the destination is too small. Then nothing has changed: copy the chunk to a larger one and call again.
    /// </returns>
    public bool TryAppend(Span<byte> destination, long timestampMs, double value)
    {
        int form = _state.Form;
        if (Count == 0 || FormCheck.IsDue(Count, form) || !ValueForm.TryMap(form, value, out long mapped))
        {
            return TryAppendSlowly(destination, timestampMs, value);
        }

        ulong timestampResidual = ZigZag.Encode(timestampMs - _state.Timestamps.Next);
        ulong valueResidual = ZigZag.Encode(mapped - _state.Values.Next);
        int timestampK = _state.TimestampRice.K;
        int valueK = _state.ValueRice.K;
        ulong timestampQuotient = timestampResidual >> timestampK;
        ulong valueQuotient = valueResidual >> valueK;
        if (Math.Max(timestampQuotient, valueQuotient) >= ChunkFormat.EscapeQuotient)
        {
            return TryAppendSlowly(destination, timestampMs, value);
        }

        int valueBits = (int)valueQuotient + 1 + valueK;
        int bits = (int)timestampQuotient + 1 + timestampK + valueBits;
        if (bits >= BitWriter.MaxPut)
        {
            return TryAppendSlowly(destination, timestampMs, value);
        }

        ulong code = (RiceCode(timestampResidual, timestampK) << valueBits) | RiceCode(valueResidual, valueK);
        if (_state.TimestampRice.IsLowest && _state.ValueRice.IsLowest)
        {
            // One bit says that both residuals are zero; it costs a bit where they are not.
            bool bothZero = (timestampResidual | valueResidual) == 0;
            code = bothZero ? 0 : code | (1UL << bits);
            bits = bothZero ? 1 : bits + 1;
        }

        if (BitWriter.BytesFor(_bits + bits) > destination.Length)
        {
            return false;
        }

        new BitWriter(destination, _bits).Put(code, bits);
        _bits += bits;
        _state.AdvanceTimestamp(timestampMs, (int)timestampQuotient, timestampResidual == 0);
        _state.AdvanceValue(mapped, value, Count, (int)valueQuotient, valueResidual == 0);
        Count++;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong RiceCode(ulong residual, int k) => (1UL << k) | (residual & ((1UL << k) - 1));

    /// <summary>Encodes to a scratch buffer whatever the fast path does not, and commits it only if it fits.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAppendSlowly(Span<byte> destination, long timestampMs, double value)
    {
        int wholeBytes = _bits >> 3;
        int partialBits = _bits & 7;
        Span<byte> scratch = stackalloc byte[MaxSampleBytes + 1 + sizeof(ulong)];
        if (partialBits > 0)
        {
            scratch[0] = destination[wholeBytes];
        }

        var writer = new BitWriter(scratch, partialBits);
        ChunkState state = _state;
        if (Count == 0)
        {
            state = SampleEncoder.First(ref writer, timestampMs, value);
        }
        else
        {
            SampleEncoder.Next(ref writer, ref state, Count, timestampMs, value);
        }

        int newBytes = BitWriter.BytesFor(writer.Position);
        if (wholeBytes + newBytes > destination.Length)
        {
            return false;
        }

        scratch[..newBytes].CopyTo(destination[wholeBytes..]);
        _bits += writer.Position - partialBits;
        _state = state;
        Count++;
        return true;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Metrics.Core.Compression;

/// <summary>
/// Reads the samples of one chunk, in blocks. It reads exactly the bytes it is given and trusts none of them: bytes that are no
/// chunk of that many samples give some samples or an <see cref="InvalidDataException"/>, never anything else.
/// </summary>
public ref struct ChunkReader
{
    private readonly int _count;
    private BitReader _bits;
    private ChunkState _state;
    private int _read;

    /// <param name="chunk">The bytes in use, <see cref="ChunkAppender.Length"/> of them.</param>
    /// <param name="count">The samples in them, <see cref="ChunkAppender.Count"/>; not stored in the chunk.</param>
    public ChunkReader(ReadOnlySpan<byte> chunk, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        _bits = new BitReader(chunk);
        _count = count;
        CheckEnd();
    }

    internal readonly ChunkState State => _state;

    internal readonly int BitPosition => _bits.Position;

    /// <summary>Reads the next samples, as many as there are and both spans hold.</summary>
    /// <returns>How many were read; 0 at the end.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a chunk of that many samples.</exception>
    public int Read(scoped Span<long> timestamps, scoped Span<double> values)
    {
        int wanted = Math.Min(Math.Min(timestamps.Length, values.Length), _count - _read);
        timestamps = timestamps[..Math.Max(wanted, 0)];
        values = values[..timestamps.Length];
        int done = 0;
        while (done < timestamps.Length)
        {
            done += _read == 0 ? 0 : ReadPlain(timestamps[done..], values[done..]);
            if (done < timestamps.Length)
            {
                ReadAny(out timestamps[done], out values[done]);
                done++;
            }
        }

        CheckEnd();
        return done;
    }

    /// <summary>Reads samples as long as they are Rice codes that one or two peeks hold; the registers' worth of state stays in locals.</summary>
    private int ReadPlain(scoped Span<long> timestamps, scoped Span<double> values)
    {
        TimestampPredictor timestampPredictor = _state.Timestamps;
        ValuePredictor valuePredictor = _state.Values;
        RiceParameter timestampRice = _state.TimestampRice;
        RiceParameter valueRice = _state.ValueRice;
        BitReader bits = _bits;
        int position = bits.Position;
        int form = _state.Form;
        double scale = ValueForm.ScaleOf(form);
        long driftMask = ValueForm.DriftMaskOf(form);
        int count = _read;
        int i = 0;
        while (i < values.Length)
        {
            int next = position;
            ulong word = bits.Peek(next);
            long timestamp;
            long mapped;
            if (timestampRice.IsLowest && valueRice.IsLowest)
            {
                if ((long)word >= 0)
                {
                    if (next >= bits.BitLength)
                    {
                        break;
                    }

                    timestampRice.AdaptLowest();
                    valueRice.AdaptLowest();
                    timestamp = timestampPredictor.Next;
                    mapped = valuePredictor.Next;
                    position = next + 1;
                    goto Accept;
                }

                word <<= 1;
                next++;
            }

            int timestampQuotient = BitOperations.LeadingZeroCount(word);
            int timestampK = timestampRice.K;
            int timestampBits = timestampQuotient + 1 + timestampK;
            if (timestampQuotient >= ChunkFormat.EscapeQuotient || timestampBits > BitReader.MinPeek - 1)
            {
                break;
            }

            ulong timestampResidual = RiceValue(word, timestampQuotient, timestampK);
            next += timestampBits;
            int valueK = valueRice.K;
            if (timestampBits + valueK < BitReader.MinPeek - ChunkFormat.EscapeQuotient - 1)
            {
                word <<= timestampBits;
            }
            else if (next <= bits.BitLength)
            {
                word = bits.Peek(next);
            }
            else
            {
                break;
            }

            int valueQuotient = BitOperations.LeadingZeroCount(word);
            int valueBits = valueQuotient + 1 + valueK;
            if (valueQuotient >= ChunkFormat.EscapeQuotient || valueBits > BitReader.MinPeek || next + valueBits > bits.BitLength)
            {
                break;
            }

            ulong valueResidual = RiceValue(word, valueQuotient, valueK);
            position = next + valueBits;
            timestamp = timestampPredictor.Next + ZigZag.Decode(timestampResidual);
            mapped = valuePredictor.Next + ZigZag.Decode(valueResidual);
            timestampRice.Adapt(timestampQuotient, timestampResidual == 0);
            valueRice.Adapt(valueQuotient, valueResidual == 0);

        Accept:
            timestampPredictor.Advance(timestamp);
            valuePredictor.Advance(mapped, count + i, driftMask);
            timestamps[i] = timestamp;
            values[i] = ValueForm.ToValue(form, scale, mapped);
            i++;
        }

        if (i > 0)
        {
            _state.LastValue = values[i - 1];
        }

        _state.Misfits = (byte)Math.Max(_state.Misfits - i, 0);
        _state.Timestamps = timestampPredictor;
        _state.Values = valuePredictor;
        _state.TimestampRice = timestampRice;
        _state.ValueRice = valueRice;
        _bits.Position = position;
        _read += i;
        return i;
    }

    /// <summary>The residual whose code starts a word: quotient zeros, a one, k low bits.</summary>
    private static ulong RiceValue(ulong word, int quotient, int k) =>
        ((ulong)(quotient - 1) << k) + ((word << quotient) >> (63 - k));

    private void ReadAny(out long timestamp, out double value)
    {
        if (_read == 0)
        {
            _state = SampleDecoder.First(ref _bits);
        }
        else
        {
            SampleDecoder.Next(ref _bits, ref _state, _read);
        }

        timestamp = _state.Timestamps.Last;
        value = _state.LastValue;
        _read++;
    }

    /// <summary>After the last sample, only zero bits up to the end of its byte may be left.</summary>
    private readonly void CheckEnd()
    {
        if (_read == _count)
        {
            long left = _bits.BitLength - _bits.Position;
            if (left > 7 || (left > 0 && _bits.Peek(_bits.Position) != 0))
            {
                ThrowTrailing();
            }
        }
    }

    [DoesNotReturn]
    private static void ThrowTrailing() => throw new InvalidDataException("The chunk goes on after its last sample.");
}

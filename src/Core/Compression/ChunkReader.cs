using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

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
        if (chunk.Length > BitReader.MaxLength)
        {
            throw new InvalidDataException($"A chunk of {chunk.Length} bytes is longer than the limit of {BitReader.MaxLength}.");
        }

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

    /// <summary>Reads samples as long as they are plain: short passes, each with few enough variables for the registers.</summary>
    private int ReadPlain(scoped Span<long> timestamps, scoped Span<double> values)
    {
        // The values' memory holds residuals first, then mapped values, then values.
        Span<long> mapped = MemoryMarshal.Cast<double, long>(values);
        int read = RiceDecoder.ReadPairs(ref _bits, ref _state.TimestampRice, ref _state.ValueRice, timestamps, mapped);
        if (read > 0)
        {
            Restore(timestamps[..read], mapped[..read]);
            ValueForm.ToValues(_state.Form, mapped[..read], values[..read]);
            _state.LastValue = values[read - 1];
            _state.Misfits = (byte)Math.Max(_state.Misfits - read, 0);
            _read += read;
        }

        return read;
    }

    /// <summary>Turns residuals into timestamps and mapped values, in place; two chains of dependences that run side by side.</summary>
    private void Restore(scoped Span<long> timestamps, scoped Span<long> mapped)
    {
        TimestampPredictor timestamp = _state.Timestamps;
        ValuePredictor value = _state.Values;
        long driftMask = ValueForm.DriftMaskOf(_state.Form);
        int count = _read;
        for (int i = 0; i < timestamps.Length && i < mapped.Length; i++)
        {
            timestamp.Advance(timestamps[i]);
            timestamps[i] = timestamp.Last;
            value.Advance(mapped[i], count + i, driftMask);
            mapped[i] = value.Last;
        }

        _state.Timestamps = timestamp;
        _state.Values = value;
    }

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
            int left = _bits.BitLength - _bits.Position;
            if (left > 7 || (left > 0 && _bits.Peek(_bits.Position) != 0))
            {
                ThrowTrailing();
            }
        }
    }

    [DoesNotReturn]
    private static void ThrowTrailing() => throw new InvalidDataException("The chunk goes on after its last sample.");
}

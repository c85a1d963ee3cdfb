using System.Buffers;
using System.Buffers.Binary;
using static Metrics.Core.Sketches.TDigestFormat;

namespace Metrics.Core.Sketches;

/// <summary>Writes the form of docs/formats/tdigest.md that is smallest among those that keep the digest's exactness.</summary>
internal ref struct TDigestWriter
{
    // Three bytes of header, compression, count and sum; then at most a fractional weight and a mean a centroid.
    private const int MaxHeader = 64;
    private const int MaxPerCentroid = 2 + (2 * sizeof(double));

    private readonly Span<byte> _buffer;
    private int _length;

    private TDigestWriter(Span<byte> buffer) => _buffer = buffer;

    public static void Write(TDigest digest, IBufferWriter<byte> destination)
    {
        var rented = ArrayPool<byte>.Shared.Rent(MaxHeader + (MaxPerCentroid * digest.Centroids.Length));
        var writer = new TDigestWriter(rented);
        writer.Write(digest);
        destination.Write(rented.AsSpan(0, writer._length));
        ArrayPool<byte>.Shared.Return(rented);
    }

    private void Write(TDigest digest)
    {
        var centroids = digest.Centroids;
        var (count, sum) = Totals(centroids);
        var form = Choose(centroids, count, out var grid, out var scale);
        var flags = (int)form | (CurrentVersion << VersionShift);
        flags |= digest.Compression == ImpliedCompression ? 0 : CompressionStored;
        flags |= count.Equals(digest.Count) ? 0 : CountStored;

        // The gaps form moves the means a little, and the means of spreads are rounded: only piles give the sum back.
        var lossless = form != Form.Gaps && !HasSpread(centroids);
        flags |= lossless && sum.Equals(digest.Sum) ? 0 : SumStored;

        _buffer[_length++] = (byte)flags;
        PutIf(flags, CompressionStored, digest.Compression);
        PutIf(flags, CountStored, digest.Count);
        PutIf(flags, SumStored, digest.Sum);
        if (form == Form.Empty)
        {
            return;
        }

        PutVarint((ulong)centroids.Length);
        PutWeights(centroids);
        switch (form)
        {
            case Form.Decimal:
                PutDecimals(centroids, grid);
                break;
            case Form.Gaps:
                PutGaps(centroids, scale, count);
                break;
            default:
                PutRaw(centroids);
                break;
        }
    }

    private static Form Choose(ReadOnlySpan<Centroid> centroids, double count, out DecimalGrid grid, out GapScale scale)
    {
        scale = default;
        grid = default;
        if (centroids.IsEmpty)
        {
            return Form.Empty;
        }

        var decimals = DecimalGrid.TryFind(centroids, out grid) ? DecimalSize(centroids, grid) : int.MaxValue;
        if (centroids.Length <= ExactCount && !HasSpread(centroids))
        {
            return decimals < sizeof(double) * centroids.Length ? Form.Decimal : Form.Raw;
        }

        if (!TryFindScale(centroids, count, out scale, out var gaps))
        {
            return Form.Raw;
        }

        // Up to half as large again, the decimal form is worth it for keeping piles to the bit.
        return decimals <= gaps + (gaps / 2) ? Form.Decimal : Form.Gaps;
    }

    private static bool HasSpread(ReadOnlySpan<Centroid> centroids)
    {
        foreach (var centroid in centroids)
        {
            if (!centroid.IsPile)
            {
                return true;
            }
        }

        return false;
    }

    private static int DecimalSize(ReadOnlySpan<Centroid> centroids, DecimalGrid grid)
    {
        var size = 1;
        var previous = 0L;
        foreach (var centroid in centroids)
        {
            var multiple = grid.Encode(centroid).Multiple;
            size += VarintLength(ZigZag(multiple - previous)) + (centroid.IsPile ? 0 : 1);
            previous = multiple;
        }

        return size;
    }

    private static bool TryFindScale(ReadOnlySpan<Centroid> centroids, double count, out GapScale scale, out int size)
    {
        var smallest = double.PositiveInfinity;
        var greatest = 0.0;
        size = 8;
        for (var i = 0; i < centroids.Length; i++)
        {
            if (IsAnchor(centroids, i, count))
            {
                size += sizeof(double);
                continue;
            }

            size += sizeof(ushort);
            var gap = centroids[i].Mean - centroids[i - 1].Mean;
            smallest = gap > 0 ? Math.Min(smallest, gap) : smallest;
            greatest = Math.Max(greatest, gap);
        }

        scale = GapScale.For(Math.Min(smallest, Math.Max(greatest, double.Epsilon)), Math.Max(greatest, double.Epsilon));
        return double.IsFinite(centroids[^1].Mean - centroids[0].Mean);
    }

    private void PutWeights(ReadOnlySpan<Centroid> centroids)
    {
        for (var i = 0; i < centroids.Length;)
        {
            var run = i;
            while (run < centroids.Length && centroids[run].IsPile && centroids[run].Weight == 1)
            {
                run++;
            }

            if (run > i)
            {
                PutToken(Token.SinglePoints, (ulong)(run - i));
                i = run;
                continue;
            }

            PutWeight(centroids[i++]);
        }
    }

    private void PutWeight(Centroid centroid)
    {
        var weight = centroid.Weight;
        if (weight < MaxWholeWeight && weight == Math.Floor(weight))
        {
            PutToken(centroid.IsPile ? Token.Pile : Token.Spread, (ulong)weight);
        }
        else
        {
            PutToken(Token.Fraction, centroid.IsPile ? 0UL : 1UL);
            PutDouble(weight);
        }
    }

    private void PutRaw(ReadOnlySpan<Centroid> centroids)
    {
        foreach (var centroid in centroids)
        {
            PutDouble(centroid.Mean);
        }
    }

    private void PutDecimals(ReadOnlySpan<Centroid> centroids, DecimalGrid grid)
    {
        _buffer[_length++] = (byte)grid.Digits;
        var previous = 0L;
        for (var i = 0; i < centroids.Length; i++)
        {
            var (multiple, part) = grid.Encode(centroids[i]);
            var step = multiple - previous;
            PutVarint(i == 0 ? ZigZag(step) : (ulong)step);
            if (!centroids[i].IsPile)
            {
                _buffer[_length++] = part;
            }

            previous = multiple;
        }
    }

    private void PutGaps(ReadOnlySpan<Centroid> centroids, GapScale scale, double count)
    {
        _buffer[_length++] = (byte)scale.MantissaBits;
        PutVarint((ulong)scale.Origin);
        for (var i = 0; i < centroids.Length; i++)
        {
            if (IsAnchor(centroids, i, count))
            {
                PutDouble(centroids[i].Mean);
            }
        }

        // Gaps count from the mean as the reader will have it, so that errors do not add up.
        var previous = 0.0;
        var anchor = 0;
        for (var i = 0; i < centroids.Length; i++)
        {
            if (IsAnchor(centroids, i, count))
            {
                previous = centroids[i].Mean;
                continue;
            }

            while (anchor < i || !IsAnchor(centroids, anchor, count))
            {
                anchor++;
            }

            var code = scale.Encode(centroids[i].Mean - previous);
            previous = Math.Min(previous + scale.Decode(code), centroids[anchor].Mean);
            BinaryPrimitives.WriteUInt16LittleEndian(_buffer[_length..], code);
            _length += sizeof(ushort);
        }
    }

    private void PutToken(Token token, ulong value) => PutVarint((value << TokenBits) | (ulong)token);

    private void PutIf(int flags, int flag, double value)
    {
        if ((flags & flag) != 0)
        {
            PutDouble(value);
        }
    }

    private void PutDouble(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer[_length..], value);
        _length += sizeof(double);
    }

    private void PutVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _buffer[_length++] = (byte)(value | 0x80);
        }

        _buffer[_length++] = (byte)value;
    }

    private static int VarintLength(ulong value) => 1 + (System.Numerics.BitOperations.Log2(value | 1) / 7);

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));
}

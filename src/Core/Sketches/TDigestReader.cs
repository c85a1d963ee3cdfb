using System.Buffers.Binary;
using static Metrics.Core.Sketches.TDigestFormat;

namespace Metrics.Core.Sketches;

/// <summary>
/// Reads docs/formats/tdigest.md from bytes that may be anything: what is not the whole of one valid digest is refused, and never
/// more is allocated than a small multiple of the bytes that are there.
/// </summary>
internal ref struct TDigestReader
{
    private ReadOnlySpan<byte> _rest;
    private bool _failed;

    private TDigestReader(ReadOnlySpan<byte> source) => _rest = source;

    public static bool TryRead(ReadOnlySpan<byte> source, out TDigest? digest)
    {
        var reader = new TDigestReader(source);
        digest = reader.Read();
        if (reader._failed || !reader._rest.IsEmpty)
        {
            digest = null;
        }

        return digest is not null;
    }

    private TDigest? Read()
    {
        var head = Byte();
        var flags = head & ((1 << VersionShift) - 1);
        var form = (Form)(flags & 3);
        var compression = DoubleIf(flags, CompressionStored) ?? ImpliedCompression;
        var storedCount = DoubleIf(flags, CountStored);
        var storedSum = DoubleIf(flags, SumStored);
        if (_failed || head >> VersionShift != CurrentVersion
            || !(compression is >= TDigest.MinCompression and <= TDigest.MaxCompression))
        {
            return null;
        }

        if (form == Form.Empty)
        {
            return storedCount is null && storedSum is null ? new TDigest(compression) : null;
        }

        // A weight may be shared by a run, a mean takes a byte at least.
        var length = Varint();
        if (_failed || length == 0 || length > (ulong)Math.Min(_rest.Length, TDigest.MaxCentroidsOf(compression)))
        {
            return null;
        }

        var centroids = new Centroid[length];
        if (!ReadWeights(centroids) || !ReadMeans(centroids, form) || !IsValid(centroids))
        {
            return null;
        }

        var (count, sum) = Totals(centroids);
        return IsNear(storedCount ?? count, count, count)
            && IsPlausibleSum(storedSum ?? sum, centroids[0].Mean * count, centroids[^1].Mean * count)
            ? new TDigest(compression, centroids, storedCount ?? count, storedSum ?? sum)
            : null;
    }

    private static bool IsValid(ReadOnlySpan<Centroid> centroids)
    {
        var previous = double.NegativeInfinity;
        foreach (var centroid in centroids)
        {
            if (!double.IsFinite(centroid.Mean) || centroid.Mean < previous)
            {
                return false;
            }

            previous = centroid.Mean;
        }

        return centroids[0].IsPile && centroids[^1].IsPile;
    }

    /// <summary>Between the least and the greatest it can be; whatever it is where these are beyond float64.</summary>
    private static bool IsPlausibleSum(double sum, double least, double greatest)
    {
        var scale = Math.Max(Math.Abs(least), Math.Abs(greatest));
        return !double.IsFinite(scale)
            || (sum >= least - (scale * Tolerance) && sum <= greatest + (scale * Tolerance));
    }

    private static bool IsNear(double actual, double expected, double scale) =>
        double.IsFinite(actual) && actual > 0 && Math.Abs(actual - expected) <= scale * Tolerance;

    private bool ReadWeights(Span<Centroid> centroids)
    {
        for (var i = 0; i < centroids.Length && !_failed;)
        {
            var token = Varint();
            var value = token >> TokenBits;
            switch ((Token)(token & ((1 << TokenBits) - 1)))
            {
                case Token.SinglePoints when value > 0 && value <= (ulong)(centroids.Length - i):
                    centroids.Slice(i, (int)value).Fill(Centroid.Pile(0, 1));
                    i += (int)value;
                    break;
                case Token.Pile when value is > 0 and < MaxWholeWeight:
                    centroids[i++] = Centroid.Pile(0, value);
                    break;
                case Token.Spread when value is > 0 and < MaxWholeWeight:
                    centroids[i++] = Centroid.Spread(0, value);
                    break;
                case Token.Fraction when value <= 1:
                    var weight = Double();
                    if (!(weight > 0 && double.IsFinite(weight)))
                    {
                        return false;
                    }

                    centroids[i++] = value == 0 ? Centroid.Pile(0, weight) : Centroid.Spread(0, weight);
                    break;
                default:
                    return false;
            }
        }

        return !_failed;
    }

    private bool ReadMeans(Span<Centroid> centroids, Form form)
    {
        switch (form)
        {
            case Form.Raw:
                foreach (ref var centroid in centroids)
                {
                    centroid = centroid.WithMean(Double());
                }

                break;
            case Form.Decimal:
                ReadDecimals(centroids);
                break;
            default:
                ReadGaps(centroids);
                break;
        }

        return !_failed;
    }

    private void ReadDecimals(Span<Centroid> centroids)
    {
        var digits = Byte();
        if (digits > DecimalGrid.MaxDigits)
        {
            _failed = true;
            return;
        }

        var grid = new DecimalGrid(digits);
        var multiple = 0L;
        for (var i = 0; i < centroids.Length; i++)
        {
            var step = Varint();
            if (step > 4 * DecimalGrid.MaxMultiple)
            {
                _failed = true;
            }

            multiple += i == 0 ? (long)(step >> 1) ^ -(long)(step & 1) : (long)step;
            if (_failed || Math.Abs(multiple) > DecimalGrid.MaxMultiple)
            {
                _failed = true;
                return;
            }

            centroids[i] = centroids[i].WithMean(centroids[i].IsPile ? grid.Decode(multiple) : grid.Decode(multiple, Byte()));
        }
    }

    private void ReadGaps(Span<Centroid> centroids)
    {
        var mantissaBits = Byte();
        var origin = Varint();
        if (_failed || origin > long.MaxValue || !GapScale.IsValid(mantissaBits, (long)origin))
        {
            _failed = true;
            return;
        }

        var (count, _) = Totals(centroids);
        for (var i = 0; i < centroids.Length; i++)
        {
            if (IsAnchor(centroids, i, count))
            {
                centroids[i] = centroids[i].WithMean(Double());
            }
        }

        var scale = new GapScale(mantissaBits, (long)origin);
        var previous = 0.0;
        var anchor = 0;
        for (var i = 0; i < centroids.Length && !_failed; i++)
        {
            if (!IsAnchor(centroids, i, count))
            {
                while (anchor < i || !IsAnchor(centroids, anchor, count))
                {
                    anchor++;
                }

                var mean = Math.Min(previous + scale.Decode(UInt16()), centroids[anchor].Mean);
                centroids[i] = centroids[i].WithMean(mean);
            }

            previous = centroids[i].Mean;
        }
    }

    private double? DoubleIf(int flags, int flag) => (flags & flag) != 0 ? Double() : null;

    private ReadOnlySpan<byte> Take(int length)
    {
        if (_rest.Length < length)
        {
            _failed = true;
            _rest = default;
            return Zeros[..length];
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private static ReadOnlySpan<byte> Zeros => [0, 0, 0, 0, 0, 0, 0, 0];

    private byte Byte() => Take(1)[0];

    private ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    private double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        _failed = true;
        return 0;
    }
}

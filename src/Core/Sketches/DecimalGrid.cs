namespace Metrics.Core.Sketches;

/// <summary>
/// Values as whole multiples of a power of ten, which is what measured values mostly are. Piles lie on the grid to the bit; the mean
/// of a spread takes a 256th of a step besides.
/// </summary>
internal readonly struct DecimalGrid
{
    public const int MaxDigits = 9;

    /// <summary>The greatest multiple: with the 8 bits of a spread it still fits the 53 bits of a float64.</summary>
    public const long MaxMultiple = 1L << 45;

    private const int SpreadSteps = 256;

    // Neighbours of a spread are at least this far, so that the rounding of its mean stays a small share of the gap.
    private const double MinSpreadGap = 0.25;

    private static readonly double[] s_powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

    private readonly double _power;

    public DecimalGrid(int digits)
    {
        Digits = digits;
        _power = s_powers[digits];
    }

    /// <summary>Digits after the decimal point.</summary>
    public int Digits { get; }

    /// <summary>Finds the coarsest grid that holds all the centroids.</summary>
    public static bool TryFind(ReadOnlySpan<Centroid> centroids, out DecimalGrid grid)
    {
        for (var digits = 0; digits <= MaxDigits; digits++)
        {
            grid = new DecimalGrid(digits);
            if (grid.Holds(centroids))
            {
                return true;
            }
        }

        grid = default;
        return false;
    }

    /// <summary>The multiple and, for a spread, the 256ths that stand for a mean.</summary>
    public (long Multiple, byte Part) Encode(Centroid centroid)
    {
        var scaled = centroid.Mean * _power;
        if (centroid.IsPile)
        {
            return ((long)Math.Round(scaled), 0);
        }

        var steps = (long)Math.Round(scaled * SpreadSteps);
        var multiple = steps >> 8;
        return (multiple, (byte)(steps & 0xFF));
    }

    public double Decode(long multiple) => multiple / _power;

    public double Decode(long multiple, byte part) => (multiple + (part / (double)SpreadSteps)) / _power;

    private bool Holds(ReadOnlySpan<Centroid> centroids)
    {
        var previous = double.NegativeInfinity;
        var afterSpread = false;
        foreach (var centroid in centroids)
        {
            var scaled = centroid.Mean * _power;
            if (!(Math.Abs(scaled) < MaxMultiple))
            {
                return false;
            }

            if (centroid.IsPile && Math.Round(scaled) / _power != centroid.Mean)
            {
                return false;
            }

            if ((afterSpread || !centroid.IsPile) && scaled - previous < MinSpreadGap)
            {
                return false;
            }

            previous = scaled;
            afterSpread = !centroid.IsPile;
        }

        return true;
    }
}

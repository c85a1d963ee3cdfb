namespace Metrics.Core.Rollups;

/// <summary>Puts many weighted values in order by counting them into cells that are much narrower than any group: cheaper than sorting.</summary>
internal sealed class WeightedCells
{
    private const int CellBits = 12;
    private const int Cells = 1 << CellBits;

    private readonly double[] _weights = new double[Cells + 1];
    private readonly double[] _offsets = new double[Cells + 1];

    /// <summary>Replaces values by the means of cells, ascending, in place.</summary>
    /// <param name="values">Finite, from <paramref name="min"/> to <paramref name="max"/>.</param>
    /// <param name="weights">As many.</param>
    /// <param name="min">The least.</param>
    /// <param name="max">The greatest, more than the least.</param>
    /// <returns>How many are left.</returns>
    public int Order(Span<double> values, Span<double> weights, double min, double max)
    {
        var keys = new ValueKeys(min, max);
        var least = keys.KeyOf(min);
        var range = (ulong)(keys.KeyOf(max) - least);
        var shift = Math.Max(0, 64 - System.Numerics.BitOperations.LeadingZeroCount(range) - CellBits);
        Array.Clear(_weights);
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            var weight = weights[i];
            var cell = (int)Math.Min((ulong)(keys.KeyOf(value) - least) >> shift, Cells);
            if (_weights[cell] == 0)
            {
                _offsets[cell] = value;
            }
            else
            {
                // The running mean: exact for equal values, and in range for any.
                _offsets[cell] += (value - _offsets[cell]) * (weight / (_weights[cell] + weight));
            }

            _weights[cell] += weight;
        }

        var count = 0;
        for (var cell = 0; cell <= Cells; cell++)
        {
            if (_weights[cell] != 0)
            {
                (values[count], weights[count]) = (_offsets[cell], _weights[cell]);
                count++;
            }
        }

        return count;
    }
}

namespace Metrics.Core.Rollups;

/// <summary>Puts many weighted values in order by counting them into cells that are much narrower than any group: cheaper than sorting.</summary>
internal sealed class WeightedCells
{
    private const int CellBits = 11;
    private const int Cells = 1 << CellBits;

    private readonly Cell[] _cells = new Cell[Cells + 1];

    /// <summary>Replaces values by the means of cells, ascending, in place.</summary>
    /// <param name="values">Finite, from <paramref name="min"/> to <paramref name="max"/>.</param>
    /// <param name="weights">As many; receives the weights of the cells.</param>
    /// <param name="areOnes">Whether all weights are 1, whatever is in them.</param>
    /// <param name="min">The least.</param>
    /// <param name="max">The greatest, more than the least.</param>
    /// <returns>How many are left.</returns>
    public int Order(Span<double> values, Span<double> weights, bool areOnes, double min, double max)
    {
        var keys = new ValueKeys(min, max);
        var least = keys.KeyOf(min);
        var range = (ulong)(keys.KeyOf(max) - least);
        var shift = Math.Max(0, 64 - System.Numerics.BitOperations.LeadingZeroCount(range) - CellBits);
        var cells = _cells.AsSpan(0, (int)Math.Min(range >> shift, Cells) + 1);
        cells.Clear();
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            var weight = areOnes ? 1 : weights[i];
            ref var cell = ref cells[(int)Math.Min((ulong)(keys.KeyOf(value) - least) >> shift, (ulong)cells.Length - 1)];

            // Differences, so that equal values have exactly their value as their mean.
            cell.First = cell.Weight == 0 ? value : cell.First;
            cell.Offset += (value - cell.First) * weight;
            cell.Weight += weight;
        }

        // Empty cells are written over, rather than foreseen.
        var count = 0;
        foreach (ref readonly var cell in cells)
        {
            values[count] = Math.Clamp(cell.First + (cell.Offset / Math.Max(cell.Weight, double.Epsilon)), min, max);
            weights[count] = cell.Weight;
            count += cell.Weight != 0 ? 1 : 0;
            if (count == values.Length)
            {
                break;
            }
        }

        return count;
    }

    private struct Cell
    {
        public double First;
        public double Offset;
        public double Weight;
    }
}

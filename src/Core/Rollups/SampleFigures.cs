using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Metrics.Core.Rollups;

/// <summary>What a run of values comes to, several at a time. Good only where all are finite, which <see cref="Sum"/> tells.</summary>
internal ref struct SampleFigures
{
    /// <summary>Finite if and only if all values are and none of the additions overflowed.</summary>
    public double Sum;
    public double Min;
    public double Max;

    /// <summary>Of the values as a counter, from <c>previous</c> on.</summary>
    public double Increase;
    public int Falls;

    /// <param name="values">At least one.</param>
    /// <param name="previous">The value before; the first one itself where there is none.</param>
    public static SampleFigures Of(ReadOnlySpan<double> values, double previous)
    {
        var first = values[0];
        var isFall = first < previous;
        var figures = new SampleFigures
        {
            Sum = first,
            Min = first,
            Max = first,
            Increase = isFall ? first : first == previous ? 0 : first - previous,
            Falls = isFall ? 1 : 0,
        };
        var i = 1;
        if (values.Length > Vector256<double>.Count)
        {
            ref var start = ref MemoryMarshal.GetReference(values);
            var (sum, increase) = (Vector256<double>.Zero, Vector256<double>.Zero);
            var min = Vector256.Create(first);
            var max = min;
            var falls = 0;
            for (; i <= values.Length - Vector256<double>.Count; i += Vector256<double>.Count)
            {
                var before = Vector256.LoadUnsafe(ref start, (nuint)(i - 1));
                var value = Vector256.LoadUnsafe(ref start, (nuint)i);
                var fall = Vector256.LessThan(value, before);
                sum += value;
                min = Vector256.MinNative(min, value);
                max = Vector256.MaxNative(max, value);

                // A value that falls begins at zero.
                increase += value - Vector256.AndNot(before, fall);
                falls += BitOperations.PopCount(fall.ExtractMostSignificantBits());
            }

            figures.Sum += Add(sum);
            figures.Increase += Add(increase);
            figures.Falls += falls;
            for (var lane = 0; lane < Vector256<double>.Count; lane++)
            {
                figures.Min = Math.Min(figures.Min, min[lane]);
                figures.Max = Math.Max(figures.Max, max[lane]);
            }
        }

        for (; i < values.Length; i++)
        {
            var value = values[i];
            var before = values[i - 1];
            figures.Sum += value;
            figures.Min = value < figures.Min ? value : figures.Min;
            figures.Max = value > figures.Max ? value : figures.Max;
            figures.Increase += value < before ? value : value - before;
            figures.Falls += value < before ? 1 : 0;
        }

        return figures;
    }

    /// <summary>In an order that is the same everywhere, so that the same samples give the same bytes.</summary>
    private static double Add(Vector256<double> lanes) => (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}

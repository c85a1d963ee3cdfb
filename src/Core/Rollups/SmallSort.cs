using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Metrics.Core.Rollups;

/// <summary>
/// Sorts up to 64 values without a branch that depends on them: four columns of 16 by a network of vectors, then two rounds of bitonic
/// merging. A row of a minute of seconds is most of what a rollup sorts, and mispredicted branches are most of what sorting it costs.
/// </summary>
internal static class SmallSort
{
    public const int MaxLength = 64;

    private const int MinLength = 16;
    private const int Lanes = 4;
    private const int Vectors = MaxLength / Lanes;

    /// <summary>Sorts ascending; no value may be NaN.</summary>
    public static void Sort(Span<double> values)
    {
        if (values.Length is < MinLength or > MaxLength || !Vector256.IsHardwareAccelerated)
        {
            values.Sort();
            return;
        }

        Span<double> padded = stackalloc double[MaxLength];
        Span<double> other = stackalloc double[MaxLength];
        values.CopyTo(padded);
        padded[values.Length..].Fill(double.PositiveInfinity);
        ref var a = ref Unsafe.As<double, Vector256<double>>(ref MemoryMarshal.GetReference(padded));
        ref var b = ref Unsafe.As<double, Vector256<double>>(ref MemoryMarshal.GetReference(other));
        SortColumns(ref a);
        Transpose(ref a, ref b);
        Merge(ref b, ref a, 8);
        Merge(ref a, ref b, Vectors);
        other[..values.Length].CopyTo(values);
    }

    /// <summary>Each lane by itself.</summary>
    private static void SortColumns(ref Vector256<double> rows)
    {
        for (var size = 2; size <= Vectors; size *= 2)
        {
            for (var block = 0; block < Vectors; block += size)
            {
                for (var i = 0; i < size / 2; i++)
                {
                    Exchange(ref Unsafe.Add(ref rows, block + i), ref Unsafe.Add(ref rows, block + size - 1 - i));
                }
            }

            for (var step = size / 4; step > 0; step /= 2)
            {
                Exchange(ref rows, step);
            }
        }
    }

    /// <summary>Makes each lane a run of 16.</summary>
    private static void Transpose(ref Vector256<double> rows, ref Vector256<double> runs)
    {
        for (var i = 0; i < Vectors / Lanes; i++)
        {
            ref var four = ref Unsafe.Add(ref rows, i * Lanes);
            var (r0, r1, r2, r3) = (four, Unsafe.Add(ref four, 1), Unsafe.Add(ref four, 2), Unsafe.Add(ref four, 3));
            var low01 = Vector256.Create(r0.GetLower(), r2.GetLower());
            var low23 = Vector256.Create(r1.GetLower(), r3.GetLower());
            var high01 = Vector256.Create(r0.GetUpper(), r2.GetUpper());
            var high23 = Vector256.Create(r1.GetUpper(), r3.GetUpper());
            Unsafe.Add(ref runs, i) = EvenLanes(low01, low23);
            Unsafe.Add(ref runs, i + 4) = OddLanes(low01, low23);
            Unsafe.Add(ref runs, i + 8) = EvenLanes(high01, high23);
            Unsafe.Add(ref runs, i + 12) = OddLanes(high01, high23);
        }
    }

    /// <summary>Merges neighbouring runs, two of which are <paramref name="size"/> vectors.</summary>
    private static void Merge(ref Vector256<double> source, ref Vector256<double> target, int size)
    {
        for (var block = 0; block < Vectors; block += size)
        {
            for (var i = 0; i < size / 2; i++)
            {
                var low = Unsafe.Add(ref source, block + i);
                var high = Reverse(Unsafe.Add(ref source, block + size - 1 - i));
                Unsafe.Add(ref target, block + i) = Vector256.MinNative(low, high);

                // Backwards, which leaves it bitonic.
                Unsafe.Add(ref target, block + (size / 2) + i) = Vector256.MaxNative(low, high);
            }
        }

        for (var step = size / 4; step > 0; step /= 2)
        {
            Exchange(ref target, step);
        }

        for (var i = 0; i < Vectors; i++)
        {
            ref var vector = ref Unsafe.Add(ref target, i);
            vector = SortBitonic(vector);
        }
    }

    private static void Exchange(ref Vector256<double> vectors, int step)
    {
        for (var block = 0; block < Vectors; block += 2 * step)
        {
            for (var i = block; i < block + step; i++)
            {
                Exchange(ref Unsafe.Add(ref vectors, i), ref Unsafe.Add(ref vectors, i + step));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exchange(ref Vector256<double> low, ref Vector256<double> high)
    {
        var (a, b) = (low, high);
        low = Vector256.MinNative(a, b);
        high = Vector256.MaxNative(a, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> SortBitonic(Vector256<double> vector)
    {
        var swapped = Vector256.Shuffle(vector, Vector256.Create(2L, 3, 0, 1));
        vector = Vector256.ConditionalSelect(
            Vector256.Create(-1L, -1, 0, 0).AsDouble(), Vector256.MinNative(vector, swapped), Vector256.MaxNative(vector, swapped));
        swapped = Vector256.Shuffle(vector, Vector256.Create(1L, 0, 3, 2));
        return Vector256.ConditionalSelect(
            Vector256.Create(-1L, 0, -1, 0).AsDouble(), Vector256.MinNative(vector, swapped), Vector256.MaxNative(vector, swapped));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Reverse(Vector256<double> vector) => Vector256.Shuffle(vector, Vector256.Create(3L, 2, 1, 0));

    // a0 b0 a2 b2 of a = (r0[0] r0[1] r2[0] r2[1]), b = (r1[0] r1[1] r3[0] r3[1]).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> EvenLanes(Vector256<double> a, Vector256<double> b) => Vector256.ConditionalSelect(
        Vector256.Create(-1L, 0, -1, 0).AsDouble(), a, Vector256.Shuffle(b, Vector256.Create(0L, 0, 2, 2)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> OddLanes(Vector256<double> a, Vector256<double> b) => Vector256.ConditionalSelect(
        Vector256.Create(-1L, 0, -1, 0).AsDouble(), Vector256.Shuffle(a, Vector256.Create(1L, 1, 3, 3)), b);
}

using FsCheck;
using FsCheck.Fluent;
using Metrics.Core.Series;

namespace Metrics.Core.Tests.Series;

/// <summary>What may happen to a buffer.</summary>
internal enum StepKind
{
    Run,
    Descending,
    Scattered,
    Repeat,
    Seal,
    Read,
    Before,
}

/// <param name="Kind">What happens.</param>
/// <param name="Window">The two-hour window it starts in, counted from the epoch.</param>
/// <param name="Offset">Milliseconds into the window.</param>
/// <param name="Spacing">Milliseconds from sample to sample.</param>
/// <param name="Count">Samples.</param>
/// <param name="Seed">For values, and for the order of scattered samples.</param>
internal sealed record Step(StepKind Kind, int Window, int Offset, int Spacing, int Count, int Seed)
{
    private const double Staleness = double.NaN;

    public static readonly Gen<Step> Any =
        from kind in Gen.Frequency(
            (5, Gen.Constant(StepKind.Run)),
            (2, Gen.Constant(StepKind.Descending)),
            (3, Gen.Constant(StepKind.Scattered)),
            (1, Gen.Constant(StepKind.Repeat)),
            (1, Gen.Constant(StepKind.Seal)),
            (3, Gen.Constant(StepKind.Read)),
            (2, Gen.Constant(StepKind.Before)))
        from window in Gen.Choose(-3, 4)
        from offset in Gen.OneOf(Gen.Elements(0, 1, (int)SeriesBuffer.WindowMs - 1), Gen.Choose(0, (int)SeriesBuffer.WindowMs - 1))
        from spacing in Gen.Elements(1, 2, 1000, 1007, 10_000, 60_000, 7_200_000)
        from count in Gen.Frequency((8, Gen.Choose(1, 80)), (1, Gen.Choose(900, 2500)))
        from seed in Gen.Choose(0, 1 << 20)
        select new Step(kind, window, offset, spacing, count, seed);

    private long StartMs => (Window * SeriesBuffer.WindowMs) + Offset;

    public void ApplyTo(BufferModel model)
    {
        var random = new Random(Seed);
        switch (Kind)
        {
            case StepKind.Run:
                for (var i = 0; i < Count; i++)
                {
                    model.Append(StartMs + ((long)i * Spacing), Value(random));
                }

                break;
            case StepKind.Descending:
                for (var i = Count - 1; i >= 0; i--)
                {
                    model.Append(StartMs + ((long)i * Spacing), Value(random));
                }

                break;
            case StepKind.Scattered:
                for (var i = 0; i < Count; i++)
                {
                    model.Append(StartMs + ((long)random.Next(Count) * Spacing), Value(random));
                }

                break;
            case StepKind.Repeat:
                for (var i = 0; i < Count; i++)
                {
                    model.Append(StartMs, i % 3 == 0 ? Value(random) : 1);
                }

                break;
            case StepKind.Seal:
                model.Seal(StartMs);
                break;
            case StepKind.Read:
                model.CheckRange(StartMs, StartMs + ((long)Spacing * Count));
                break;
            default:
                model.CheckBefore(StartMs);
                break;
        }
    }

    private static double Value(Random random) => random.Next(12) switch
    {
        0 => Staleness,
        1 => BitConverter.Int64BitsToDouble(0x7ff0000000000002),
        2 => double.NegativeInfinity,
        3 => -0.0,
        4 => random.NextDouble() * 1e300,
        _ => random.Next(1000) / 10.0,
    };
}

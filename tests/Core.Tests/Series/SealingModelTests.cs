using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Memory;
using Metrics.Core.Series;
using Metrics.Core.Tests.Storage;

namespace Metrics.Core.Tests.Series;

public class SealingModelTests
{
    private static readonly Gen<SealingStep> Steps =
        from kind in Gen.Frequency(
            (6, Gen.Constant(SealingStepKind.Run)),
            (3, Gen.Constant(SealingStepKind.Scattered)),
            (2, Gen.Constant(SealingStepKind.Distributions)),
            (4, Gen.Constant(SealingStepKind.Collect)),
            (4, Gen.Constant(SealingStepKind.Mark)),
            (3, Gen.Constant(SealingStepKind.Drop)),
            (2, Gen.Constant(SealingStepKind.Delete)),
            (1, Gen.Constant(SealingStepKind.Seal)),
            (2, Gen.Constant(SealingStepKind.Aggregate)),
            (1, Gen.Constant(SealingStepKind.Copy)))
        from window in Gen.Choose(-2, 3)
        from offset in Gen.OneOf(Gen.Elements(0, 1, (int)SeriesBuffer.WindowMs - 1), Gen.Choose(0, (int)SeriesBuffer.WindowMs - 1))
        from spacing in Gen.Elements(1, 2, 1000, 1007, 60_000, 7_200_000)
        from count in Gen.Frequency((8, Gen.Choose(1, 80)), (1, Gen.Choose(900, 2500)))
        from seed in Gen.Choose(0, 1 << 20)
        select new SealingStep(kind, (window * SeriesBuffer.WindowMs) + offset, spacing, count, seed);

    [Property(MaxTest = 100)]
    public Property Blocks_and_memory_together_hold_what_the_model_holds_at_every_step() => Prop.ForAll(
        Gen.ArrayOf(Steps).Where(static steps => steps.Length < 50).ToArbitrary(),
        static steps =>
        {
            var model = new SealingModel();
            foreach (var step in steps)
            {
                step.ApplyTo(model);
                model.Check();
            }

            model.CheckCopy();
            model.Finish();
        });

    [Fact]
    public void A_chunk_that_a_late_sample_replaced_is_sealed_again_though_its_block_became_durable()
    {
        var model = new SealingModel();
        model.Append(0, 1);
        model.Append(1000, 2);
        model.Append(SeriesBuffer.WindowMs, 3);
        model.Collect(0, SeriesBuffer.WindowMs);
        model.Append(500, 4);
        model.Mark(0);
        model.Drop(long.MaxValue);
        model.Check();
        model.Finish();
    }

    [Fact]
    public void Chunks_of_two_series_do_not_mix()
    {
        var chunks = new SealedChunks();
        new SeriesBuffer().CollectUnsealed(new ChunkPool(), 0, 1, chunks);
        var other = new SeriesBuffer();
        Assert.Throws<InvalidOperationException>(() => other.CollectUnsealed(new ChunkPool(), 0, 1, chunks));
        chunks.Clear();
        other.CollectUnsealed(new ChunkPool(), 0, 1, chunks);
    }

    internal enum SealingStepKind
    {
        Run,
        Scattered,
        Distributions,
        Collect,
        Mark,
        Drop,
        Delete,
        Seal,
        Aggregate,
        Copy,
    }

    internal sealed record SealingStep(SealingStepKind Kind, long StartMs, int Spacing, int Count, int Seed)
    {
        public void ApplyTo(SealingModel model)
        {
            var random = new Random(Seed);
            var endMs = StartMs + ((long)Spacing * Count);
            var window = SeriesBuffer.WindowOf(StartMs);
            switch (Kind)
            {
                case SealingStepKind.Run:
                case SealingStepKind.Scattered:
                    for (var i = 0; i < Count; i++)
                    {
                        var at = Kind == SealingStepKind.Run ? i : random.Next(Count);
                        model.Append(StartMs + ((long)at * Spacing), random.Next(10) == 0 ? double.NaN : random.Next(1000) / 10.0);
                    }

                    break;
                case SealingStepKind.Distributions:
                    for (var i = 0; i < Math.Min(Count, 20); i++)
                    {
                        model.AppendDistribution(StartMs + ((long)random.Next(Count) * Spacing), EngineHarness.Digest(random.Next(100), random.NextDouble()));
                    }

                    break;
                case SealingStepKind.Collect:
                    model.Collect(window - (random.Next(3) * SeriesBuffer.WindowMs), random.Next(4) == 0 ? StartMs : window + (random.Next(4) * SeriesBuffer.WindowMs));
                    break;
                case SealingStepKind.Mark:
                    model.Mark(Seed);
                    break;
                case SealingStepKind.Drop:
                    model.Drop(StartMs);
                    break;
                case SealingStepKind.Delete:
                    model.Delete(StartMs, endMs);
                    break;
                case SealingStepKind.Seal:
                    model.Seal(StartMs);
                    break;
                case SealingStepKind.Aggregate:
                    model.CheckAggregates(StartMs - (Seed % 3 * SeriesBuffer.WindowMs), endMs, Seed % 2 == 0 ? SeriesBuffer.WindowMs : 600_000);
                    break;
                default:
                    model.CheckCopy();
                    break;
            }
        }
    }
}

using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Series;

namespace Metrics.Core.Tests.Series;

public class SeriesBufferModelTests
{
    private static readonly long[] Spacings = [1, 10_000, 60_000];

    [Property(MaxTest = 200)]
    public Property Holds_what_the_model_holds_whatever_comes_in_whatever_order() => Prop.ForAll(
        Gen.ArrayOf(Step.Any).Where(static steps => steps.Length < 60).ToArbitrary(),
        static steps =>
        {
            var model = new BufferModel();
            foreach (var step in steps)
            {
                step.ApplyTo(model);
            }

            model.CheckAll();
            model.Seal(long.MaxValue);
            model.CheckAll();
        });

    [Property(MaxTest = 20)]
    public Property Holds_a_backfill_of_days_in_any_order() => Prop.ForAll(
        Gen.Choose(0, 2).Zip(Gen.Choose(0, 1 << 20)).ToArbitrary(),
        static input =>
        {
            var (order, seed) = input;
            var random = new Random(seed);
            var spacing = Spacings[random.Next(3)];
            var timestamps = Enumerable.Range(0, 4000).Select(i => (i * spacing) + (order == 2 ? random.Next(3) : 0)).ToArray();
            if (order == 1)
            {
                Array.Reverse(timestamps);
            }
            else if (order == 2)
            {
                random.Shuffle(timestamps);
            }

            var model = new BufferModel();
            model.Append(100 * SeriesBuffer.WindowMs, 1);
            foreach (var timestamp in timestamps)
            {
                model.Append(timestamp, random.NextDouble());
            }

            model.CheckAll();
            model.Seal(long.MinValue);
            model.CheckAll();
        });

    [Fact]
    public void A_backfill_in_order_leaves_full_chunks()
    {
        var model = new BufferModel();
        model.Append(100 * SeriesBuffer.WindowMs, 1);
        for (var i = 0; i < 7200; i++)
        {
            model.Append(i * 1000L, i % 60);
        }

        model.Seal(long.MinValue);
        model.CheckAll();
        Assert.InRange(model.Buffer.DescribeChunks().Count, 2, 10);
    }
}

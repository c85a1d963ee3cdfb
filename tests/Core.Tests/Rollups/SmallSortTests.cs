using Metrics.Core.Rollups;

namespace Metrics.Core.Tests.Rollups;

public sealed class SmallSortTests
{
    [Fact]
    public void Values_of_any_number_are_sorted_as_the_library_sorts_them()
    {
        var random = new Random(3);
        for (var length = 0; length <= SmallSort.MaxLength + 3; length++)
        {
            for (var round = 0; round < 40; round++)
            {
                // Few different ones too, and those that every padding might be confused with.
                double[] values = [.. Enumerable.Range(0, length).Select(_ => round % 3 == 0 ? random.Next(5) - 2 : Math.Exp(20 * (random.NextDouble() - 0.5)))];
                if (length > 0 && round % 5 == 0)
                {
                    values[random.Next(length)] = round % 2 == 0 ? double.MaxValue : double.MinValue;
                }

                double[] expected = [.. values.Order()];
                SmallSort.Sort(values);
                Assert.Equal(expected, values);
            }
        }
    }

    [Fact]
    public void Every_order_of_ones_and_zeros_that_a_network_could_stumble_over_is_sorted()
    {
        // A network that sorts zeros and ones sorts everything; all runs of either are a strong sample of them.
        for (var from = 0; from < SmallSort.MaxLength; from++)
        {
            for (var to = from; to <= SmallSort.MaxLength; to++)
            {
                for (var stride = 1; stride <= 7; stride += 2)
                {
                    var values = new double[SmallSort.MaxLength];
                    for (var i = from; i < to; i++)
                    {
                        values[i * stride % SmallSort.MaxLength] = 1;
                    }

                    SmallSort.Sort(values);
                    Assert.Equal(-1, values.AsSpan().IndexOfAnyExcept(0, 1));
                    Assert.Equal(to - from, values.Count(static v => v == 1));
                    Assert.True(values.AsSpan(0, SmallSort.MaxLength - (to - from)).IndexOf(1) < 0);
                }
            }
        }
    }
}

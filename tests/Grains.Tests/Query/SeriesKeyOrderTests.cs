using Metrics.Core.Model;
using Metrics.Grains.Query;

namespace Metrics.Grains.Tests.Query;

public sealed class SeriesKeyOrderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(300)]
    [InlineData(1000)]
    public void The_smallest_are_the_first_of_all_in_order_whatever_order_they_come_in(int limit)
    {
        var keys = Enumerable.Range(0, 300)
            .Select(static n => SeriesKey.Create($"m{n % 3}", n % 5 == 0 ? [] : [new Tag("a", $"{n % 7}"), new Tag("n", $"{n}")]))
            .DistinctBy(static k => k.Id)
            .ToArray();
        var expected = keys.Order(SeriesKeyOrder.Instance).Take(limit).Select(static k => k.ToString()).ToList();
        var random = new Random(limit);

        for (var round = 0; round < 10; round++)
        {
            random.Shuffle(keys);

            Assert.Equal(expected, SeriesKeyOrder.Smallest(keys, limit).Select(static k => k.ToString()));
        }
    }
}

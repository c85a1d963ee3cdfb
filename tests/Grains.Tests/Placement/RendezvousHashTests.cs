using Metrics.Grains.Placement;

namespace Metrics.Grains.Tests.Placement;

public sealed class RendezvousHashTests
{
    private const int Shards = 4096;

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(20)]
    public void Every_node_gets_about_its_share(int count)
    {
        var shares = Enumerable.Range(0, Shards).CountBy(shard => Owner(shard, Nodes(count))).ToDictionary();

        Assert.Equal(count, shares.Count);
        Assert.All(shares.Values, share => Assert.InRange(share, Shards * 0.75 / count, Shards * 1.25 / count));
    }

    [Fact]
    public void The_order_of_the_nodes_does_not_matter()
    {
        var nodes = Nodes(7);
        var backwards = nodes.AsEnumerable().Reverse().ToArray();

        Assert.All(Enumerable.Range(0, Shards), shard => Assert.Equal(RendezvousHash.Rank(shard, nodes), RendezvousHash.Rank(shard, backwards)));
    }

    [Fact]
    public void A_node_that_joins_takes_only_what_it_wins()
    {
        var before = Nodes(6);
        string[] after = [.. before, "new"];
        var moved = Enumerable.Range(0, Shards).Where(shard => Owner(shard, before) != Owner(shard, after)).ToList();

        Assert.All(moved, shard => Assert.Equal("new", Owner(shard, after)));
        Assert.InRange(moved.Count, Shards / 7 * 0.75, Shards / 7 * 1.25);
    }

    [Fact]
    public void The_shards_of_a_node_that_leaves_go_to_their_second_and_no_other_moves()
    {
        var before = Nodes(6);
        var after = before[1..];

        Assert.All(Enumerable.Range(0, Shards), shard =>
        {
            var ranked = RendezvousHash.Rank(shard, before).ToList();
            Assert.Equal(ranked[0] == before[0] ? ranked[1] : ranked[0], Owner(shard, after));
        });
    }

    private static string[] Nodes(int count) => [.. Enumerable.Range(0, count).Select(i => $"10.0.0.{i}:11111@{i * 77}")];

    private static string Owner(int shard, string[] nodes) => RendezvousHash.Rank(shard, nodes).First();
}

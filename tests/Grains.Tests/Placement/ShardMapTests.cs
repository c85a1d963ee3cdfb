using System.Net;
using Metrics.Grains.Placement;

namespace Metrics.Grains.Tests.Placement;

public sealed class ShardMapTests
{
    private static readonly SiloAddress[] Silos = [.. Enumerable.Range(1, 4).Select(i => SiloAddress.New(IPAddress.Loopback, 11_000 + i, i))];

    [Fact]
    public void Whatever_the_order_of_the_silos_and_whoever_asks_the_owners_are_the_same()
    {
        var one = new ShardMap(Silos, 256, Silos[0]);
        var other = new ShardMap([.. Silos.Reverse()], 256, Silos[3]);

        Assert.Equal(one.Silos, other.Silos);
        Assert.All(Enumerable.Range(0, 256), shard => Assert.Equal(one.OwnerOf(shard), other.OwnerOf(shard)));
    }

    [Fact]
    public void A_shard_is_local_to_its_owner_alone()
    {
        var maps = Array.ConvertAll(Silos, silo => new ShardMap(Silos, 64, silo));

        Assert.All(Enumerable.Range(0, 64), shard =>
        {
            Assert.Single(maps, m => m.IsLocal(shard));
            Assert.All(maps, (m, i) => Assert.Equal(m.OwnerOf(shard).Equals(Silos[i]), m.IsLocal(shard)));
        });
    }

    [Fact]
    public void A_client_owns_nothing()
    {
        var map = new ShardMap(Silos, 64, null);

        Assert.DoesNotContain(Enumerable.Range(0, 64), map.IsLocal);
    }

    [Fact]
    public void Without_silos_the_map_is_empty()
    {
        var map = new ShardMap([], 64, Silos[0]);

        Assert.True(map.IsEmpty);
        Assert.False(map.IsLocal(0));
        Assert.Empty(map.Silos);
    }

    [Fact]
    public void A_restarted_silo_is_another_one()
    {
        var restarted = SiloAddress.New(Silos[0].Endpoint, Silos[0].Generation + 1);
        var before = new ShardMap(Silos, 64, Silos[0]);
        var after = new ShardMap([restarted, .. Silos[1..]], 64, restarted);

        Assert.Contains(Enumerable.Range(0, 64), shard => before.IsLocal(shard) != after.IsLocal(shard));
    }
}

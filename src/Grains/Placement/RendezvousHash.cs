using System.IO.Hashing;
using System.Text;

namespace Metrics.Grains.Placement;

/// <summary>
/// Highest-random-weight hashing: each node draws a number for the shard, and the highest has it. A node that comes or goes
/// moves only the shards that it wins or held.
/// </summary>
public static class RendezvousHash
{
    /// <summary>The nodes in order of preference for a shard: the first owns it, the second is its replica.</summary>
    public static IEnumerable<string> Rank(int shard, IEnumerable<string> nodes) =>
        nodes.OrderByDescending(node => Weight(shard, node)).ThenBy(static node => node, StringComparer.Ordinal);

    private static ulong Weight(int shard, string node) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(node), shard);
}

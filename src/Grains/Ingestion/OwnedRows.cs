using Metrics.Grains.Placement;

namespace Metrics.Grains.Ingestion;

/// <summary>The rows of <see cref="RemoteSamples"/> that one silo owns.</summary>
internal sealed class OwnedRows(SiloAddress owner)
{
    public SiloAddress Owner { get; } = owner;

    /// <summary>Indexes of scalar samples.</summary>
    public List<int> Samples { get; } = [];

    /// <summary>Indexes of distributions.</summary>
    public List<int> Distributions { get; } = [];

    /// <summary>Sorts a batch by owner, in one pass.</summary>
    public static List<OwnedRows> Split(RemoteSamples samples, ShardMap map)
    {
        var all = new List<OwnedRows>();
        var byShard = new OwnedRows?[map.ShardCount];
        for (var i = 0; i < samples.Series.Count; i++)
        {
            Of(samples.Series[i].Shard).Samples.Add(i);
        }

        for (var i = 0; i < samples.Distributions.Count; i++)
        {
            Of(samples.Distributions[i].Series.Shard).Distributions.Add(i);
        }

        return all;

        OwnedRows Of(int shard)
        {
            if (byShard[shard] is { } known)
            {
                return known;
            }

            var owner = map.OwnerOf(shard);
            var rows = all.Find(r => r.Owner.Equals(owner));
            if (rows is null)
            {
                rows = new OwnedRows(owner);
                all.Add(rows);
            }

            byShard[shard] = rows;
            return rows;
        }
    }
}

namespace Metrics.Grains.Placement;

/// <summary>Which silo owns each shard, at one view of the membership. Every silo computes the same from the same view.</summary>
public sealed class ShardMap
{
    public static readonly ShardMap Empty = new([], 0, null);

    private readonly SiloAddress[] _owners;
    private readonly bool[] _isLocal;

    /// <param name="silos">The active silos, in any order.</param>
    /// <param name="shardCount">Shards of the data set.</param>
    /// <param name="local">This silo, or null for a client.</param>
    public ShardMap(IReadOnlyCollection<SiloAddress> silos, int shardCount, SiloAddress? local)
    {
        var byName = silos.ToDictionary(static s => s.ToParsableString(), StringComparer.Ordinal);
        Silos = [.. byName.OrderBy(static s => s.Key, StringComparer.Ordinal).Select(static s => s.Value)];
        _owners = byName.Count == 0
            ? []
            : [.. Enumerable.Range(0, shardCount).Select(shard => byName[RendezvousHash.Rank(shard, byName.Keys).First()])];
        _isLocal = Array.ConvertAll(_owners, owner => owner.Equals(local));
    }

    /// <summary>The active silos, in an order that is the same everywhere.</summary>
    public IReadOnlyList<SiloAddress> Silos { get; }

    /// <summary>Whether any silo is known that could own a shard.</summary>
    public bool IsEmpty => _owners.Length == 0;

    /// <summary>Shards; 0 when no silo is known.</summary>
    public int ShardCount => _owners.Length;

    public SiloAddress OwnerOf(int shard) => _owners[shard];

    /// <summary>Whether this silo owns the shard.</summary>
    public bool IsLocal(int shard) => (uint)shard < (uint)_isLocal.Length && _isLocal[shard];
}

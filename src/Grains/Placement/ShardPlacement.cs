using Metrics.Core.Model;
using Metrics.Core.Storage;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Metrics.Grains.Placement;

/// <summary>
/// A grain keyed by a series id lives where its shard is owned. Every silo can say where that is, so there is no directory
/// entry, and activating a series costs no round trip.
/// </summary>
[GenerateSerializer, Immutable, SuppressReferenceTracking]
public sealed class ShardPlacement : PlacementStrategy
{
    internal static readonly ShardPlacement Singleton = new();

    public override bool IsUsingGrainDirectory => false;
}

/// <summary>Marks a grain class for <see cref="ShardPlacement"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ShardPlacementAttribute() : PlacementAttribute(ShardPlacement.Singleton);

internal sealed class ShardPlacementDirector(ShardOwnership ownership, StorageEngine engine) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var map = ownership.Map;
        if (map.IsEmpty)
        {
            throw new SiloUnavailableException("No silo is active yet that could own the shard.");
        }

        var id = SeriesId.FromGuid(target.GrainIdentity.GetGuidKey());
        return Task.FromResult(map.OwnerOf(id.Shard(engine.Manifest.ShardCount)));
    }
}

using System.Text;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Metrics.Grains.Placement;

/// <summary>A grain keyed by a silo's address lives on that silo: how one silo sends another one message for all of its shards.</summary>
[GenerateSerializer, Immutable, SuppressReferenceTracking]
public sealed class SiloPlacement : PlacementStrategy
{
    internal static readonly SiloPlacement Singleton = new();

    public override bool IsUsingGrainDirectory => false;
}

/// <summary>Marks a grain class for <see cref="SiloPlacement"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SiloPlacementAttribute() : PlacementAttribute(SiloPlacement.Singleton);

internal sealed class SiloPlacementDirector(ShardOwnership ownership) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var address = SiloAddress.FromParsableString(Encoding.UTF8.GetString(target.GrainIdentity.Key.AsSpan()));
        return ownership.Map.Silos.Contains(address)
            ? Task.FromResult(address)
            : throw new SiloUnavailableException($"Silo {address} is not active.");
    }
}

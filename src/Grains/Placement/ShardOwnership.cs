using Metrics.Core.Storage;
using Microsoft.Extensions.Hosting;

namespace Metrics.Grains.Placement;

/// <summary>Keeps <see cref="Map"/> in step with what membership reports.</summary>
public sealed class ShardOwnership(IClusterMembershipService membership, ILocalSiloDetails local, StorageEngine engine) : BackgroundService
{
    private volatile ShardMap _map = ShardMap.Empty;
    private readonly Lock _sync = new();
    private long _version = -1;

    /// <summary>Shards to silos, now.</summary>
    public ShardMap Map
    {
        get
        {
            // Before the first update has come through the loop below.
            if (_map.IsEmpty)
            {
                Update(membership.CurrentSnapshot);
            }

            return _map;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                Update(snapshot);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Also when the start of something else failed, which the host would otherwise report as a failure of this.
            return;
        }
    }

    internal void Update(ClusterMembershipSnapshot snapshot)
    {
        lock (_sync)
        {
            if (snapshot.Version.Value < _version)
            {
                return;
            }

            _version = snapshot.Version.Value;
            var active = snapshot.Members.Values.Where(static m => m.Status == SiloStatus.Active).Select(static m => m.SiloAddress).ToList();
            _map = new ShardMap(active, engine.Manifest.ShardCount, local.SiloAddress);
        }
    }
}

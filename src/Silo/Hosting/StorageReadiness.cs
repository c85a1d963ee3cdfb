using System.Globalization;
using Metrics.Core.Catalog;
using Metrics.Core.Status;
using Metrics.Core.Storage;

namespace Metrics.Silo.Hosting;

/// <summary>
/// Ready when the write-ahead log is replayed, the silo has joined, and the object store has said what it has: for that it is waited a
/// moment only, since a store that is away is no reason to answer nothing.
/// </summary>
internal sealed class StorageReadiness(StorageEngine engine, ShardStores stores, IHostApplicationLifetime lifetime, TimeProvider time) : IReadiness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _sync = new();
    private long? _waitingSince;

    public bool IsReady => engine.State == EngineState.Ready && lifetime.ApplicationStarted.IsCancellationRequested && KnowsBlocks();

    public string Reason
    {
        get
        {
            if (engine.State == EngineState.Ready)
            {
                return lifetime.ApplicationStarted.IsCancellationRequested ? "the object store is asked which blocks there are" : "the silo is starting";
            }

            var progress = engine.ReplayProgress;
            return progress.BytesTotal == 0
                ? "the write-ahead log is being opened"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"the write-ahead log is being replayed ({progress.BytesRead / 1e6:0} of {progress.BytesTotal / 1e6:0} MB)");
        }
    }

    private bool KnowsBlocks()
    {
        if (stores.Asked.IsCompleted)
        {
            return true;
        }

        lock (_sync)
        {
            _waitingSince ??= time.GetTimestamp();
            return time.GetElapsedTime(_waitingSince.Value) > Patience;
        }
    }
}

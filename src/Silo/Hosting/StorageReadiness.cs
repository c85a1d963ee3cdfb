using System.Globalization;
using Metrics.Core.Status;
using Metrics.Core.Storage;

namespace Metrics.Silo.Hosting;

/// <summary>Ready when the write-ahead log is replayed and the silo has joined.</summary>
internal sealed class StorageReadiness(StorageEngine engine, IHostApplicationLifetime lifetime) : IReadiness
{
    public bool IsReady => engine.State == EngineState.Ready && lifetime.ApplicationStarted.IsCancellationRequested;

    public string Reason
    {
        get
        {
            if (engine.State == EngineState.Ready)
            {
                return "the silo is starting";
            }

            var progress = engine.ReplayProgress;
            return progress.BytesTotal == 0
                ? "the write-ahead log is being opened"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"the write-ahead log is being replayed ({progress.BytesRead / 1e6:0} of {progress.BytesTotal / 1e6:0} MB)");
        }
    }
}

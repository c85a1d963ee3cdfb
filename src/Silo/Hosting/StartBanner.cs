using Metrics.Core.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Metrics.Silo.Hosting;

/// <summary>Says where everything is, once it is there.</summary>
internal sealed partial class StartBanner(IServer server, StorageEngine engine, IHostApplicationLifetime lifetime, ILogger<StartBanner> logger)
    : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() =>
        {
            var addresses = string.Join(", ", server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
            LogStarted(addresses, engine.Directory);
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Dashboard and API: {Addresses} - data: {Directory}")]
    private partial void LogStarted(string addresses, string directory);
}

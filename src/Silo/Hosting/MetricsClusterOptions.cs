using Microsoft.Extensions.Options;

namespace Metrics.Silo.Hosting;

/// <summary>How silos and Orleans clients reach this process: <c>Metrics:Cluster</c>.</summary>
public sealed class MetricsClusterOptions
{
    public const string Section = "Metrics:Cluster";

    /// <summary>Port for other silos, on the loopback interface. Default: 11111. Range: 1 to 65,535.</summary>
    public int SiloPort { get; set; } = 11_111;

    /// <summary>Port for Orleans clients, on the loopback interface. Default: 30000. Range: 1 to 65,535.</summary>
    public int GatewayPort { get; set; } = 30_000;
}

/// <summary>Refuses ports that cannot be listened on.</summary>
public sealed class MetricsClusterOptionsValidator : IValidateOptions<MetricsClusterOptions>
{
    public ValidateOptionsResult Validate(string? name, MetricsClusterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<string>();
        Check(nameof(options.SiloPort), options.SiloPort);
        Check(nameof(options.GatewayPort), options.GatewayPort);
        if (options.SiloPort == options.GatewayPort)
        {
            problems.Add($"{MetricsClusterOptions.Section}:SiloPort and GatewayPort are both {options.SiloPort}; set them to different ports.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Check(string setting, int port)
        {
            if (port is < 1 or > 65_535)
            {
                problems.Add($"{MetricsClusterOptions.Section}:{setting} is {port}; set it between 1 and 65535.");
            }
        }
    }
}

using System.Net;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>Stops the start for a setting that cannot be meant, with a message that says what to change.</summary>
internal sealed class StatsDOptionsValidator : IValidateOptions<StatsDOptions>
{
    public ValidateOptionsResult Validate(string? name, StatsDOptions options)
    {
        var ranges = new SettingRanges(StatsDOptions.Section);
        if (!IPAddress.TryParse(options.Host, out _))
        {
            ranges.Add($"{StatsDOptions.Section}:Host is \"{options.Host}\"; set it to an IP address, such as 127.0.0.1 or 0.0.0.0.");
        }

        ranges.Check(nameof(options.Port), options.Port, 0, 65_535);
        ranges.Check(nameof(options.TcpPort), options.TcpPort, 0, 65_535);
        ranges.Check(nameof(options.FlushInterval), options.FlushInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        ranges.Check(nameof(options.MaxPacketBytes), options.MaxPacketBytes, 512, 65_507);
        ranges.Check(nameof(options.MaxLineBytes), options.MaxLineBytes, 64, 65_507);
        ranges.Check(nameof(options.MaxSeries), options.MaxSeries, 1, 10_000_000);
        ranges.Check(nameof(options.MaxBufferedValues), options.MaxBufferedValues, 1000, 1_000_000_000);
        ranges.Check(nameof(options.ReceiveBufferBytes), options.ReceiveBufferBytes, 65_536, 1 << 30);
        ranges.Check(nameof(options.TcpMaxConnections), options.TcpMaxConnections, 1, 65_536);
        ranges.Check(nameof(options.TcpIdleTimeout), options.TcpIdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
        if (options.IdleTimeout < options.FlushInterval)
        {
            ranges.Add(
                $"{StatsDOptions.Section}:IdleTimeout is {options.IdleTimeout}, less than {StatsDOptions.Section}:FlushInterval, "
                + $"which is {options.FlushInterval}: raise the first or lower the second.");
        }
        else
        {
            ranges.Check(nameof(options.IdleTimeout), options.IdleTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(7));
        }

        return ranges.Result;
    }
}

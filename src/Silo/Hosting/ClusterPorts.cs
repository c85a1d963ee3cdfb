using System.Net;
using System.Net.Sockets;
using Metrics.Silo.Settings;

namespace Metrics.Silo.Hosting;

/// <summary>
/// Tries the ports that Orleans will listen on: what it throws when one is taken does not say which, nor what to change.
/// </summary>
internal static class ClusterPorts
{
    /// <exception cref="SettingException">A port cannot be listened on.</exception>
    public static void Check(MetricsClusterOptions options)
    {
        Check(nameof(options.SiloPort), options.SiloPort);
        Check(nameof(options.GatewayPort), options.GatewayPort);
    }

    private static void Check(string setting, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
        }
        catch (SocketException e)
        {
            var path = $"{MetricsClusterOptions.Section}:{setting}";
            throw new SettingException(
                e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"{path}: TCP port {port} on 127.0.0.1 is in use. Stop what uses it, or set {path} to a free port."
                    : $"{path}: TCP port {port} on 127.0.0.1 cannot be opened: {e.Message}. Set {path} to another port.");
        }
    }
}

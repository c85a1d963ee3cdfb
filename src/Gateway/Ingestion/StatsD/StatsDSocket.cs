using System.Net;
using System.Net.Sockets;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>Opens the listener's sockets, or says in one line what to change.</summary>
internal static class StatsDSocket
{
    /// <exception cref="IOException">The port cannot be had; the message names the setting.</exception>
    public static Socket Open(IPAddress host, int port, ProtocolType protocol)
    {
        var udp = protocol == ProtocolType.Udp;
        var setting = $"{StatsDOptions.Section}:{(udp ? nameof(StatsDOptions.Port) : nameof(StatsDOptions.TcpPort))}";
        var socket = new Socket(host.AddressFamily, udp ? SocketType.Dgram : SocketType.Stream, protocol);
        try
        {
            socket.Bind(new IPEndPoint(host, port));
            if (!udp)
            {
                socket.Listen(512);
            }

            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            var name = $"{(udp ? "UDP" : "TCP")} port {port} on {host}";
            throw new IOException(
                e.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse =>
                        $"{setting}: {name} is in use. Stop what uses it, set {setting} to a free port, or {Switch(udp)} to false.",
                    SocketError.AddressNotAvailable =>
                        $"{StatsDOptions.Section}:Host: {host} is no address of this machine. Set it to one that is, such as 127.0.0.1 or 0.0.0.0.",
                    SocketError.AccessDenied =>
                        $"{setting}: this user may not open {name}. Set {setting} to a port from 1024 up.",
                    _ => $"{setting}: {name} cannot be opened: {e.Message}",
                },
                e);
        }
    }

    private static string Switch(bool udp) =>
        $"{StatsDOptions.Section}:{(udp ? nameof(StatsDOptions.Enabled) : nameof(StatsDOptions.TcpEnabled))}";
}

using System.Net;
using System.Net.Sockets;

namespace Metrics.Tests.Shared;

/// <summary>Ports that nothing listens on.</summary>
public static class FreePorts
{
    // Below what the kernel gives to outgoing connections, which would take a port between here and its use.
    private const int First = 20_000;
    private const int End = 32_000;

    private static readonly HashSet<int> Given = [];

    /// <summary>A port free for TCP and for UDP, which this process has not been given before.</summary>
    public static int Take()
    {
        lock (Given)
        {
            while (true)
            {
                var port = Random.Shared.Next(First, End);
                if (IsFree(port) && Given.Add(port))
                {
                    return port;
                }
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var tcp = new TcpListener(IPAddress.Loopback, port);
            tcp.Start();
            using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            // Somebody's.
            return false;
        }
    }
}

using System.Net.Sockets;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>Takes packets off a UDP socket into memory of its own, one at a time.</summary>
internal class DatagramReader(Socket socket, int packetBytes)
{
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(packetBytes);
    private int _length;

    protected Socket Socket => socket;

    /// <summary>The reader that costs least on this system.</summary>
    /// <param name="socket">Bound and blocking.</param>
    /// <param name="packetBytes">Bytes kept of a packet; the rest of a longer one is cut off.</param>
    public static DatagramReader Create(Socket socket, int packetBytes) =>
        OperatingSystem.IsLinux() && Environment.Is64BitProcess
            ? new LinuxDatagramReader(socket, packetBytes)
            : new DatagramReader(socket, packetBytes);

    /// <summary>Waits for a packet, and takes what is there.</summary>
    /// <returns>How many packets; valid until the next call.</returns>
    /// <exception cref="SocketException">The socket reports an error, or was woken.</exception>
    public virtual int Receive()
    {
        _length = socket.Receive(_buffer, SocketFlags.None);
        return 1;
    }

    public virtual ReadOnlySpan<byte> Packet(int index) => _buffer.AsSpan(0, _length);
}

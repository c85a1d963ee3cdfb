using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>
/// Receives packets on a thread of its own: a blocking receive into one buffer costs less a packet than any asynchronous one.
/// </summary>
internal sealed partial class StatsDUdpReceiver : IDisposable
{
    // A wake-up for every packet costs more than the packet. When few came, others are let gather for a moment,
    // provided that the kernel can hold those of a burst meanwhile.
    private const int FewPackets = 16;
    private const int GatherMilliseconds = 1;
    private const int BurstBytes = 1024 * 1024;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly StatsDAggregator _aggregator;
    private readonly ILogger _logger;
    private readonly Socket _socket;
    private readonly Thread _thread;
    private readonly DatagramReader _reader;
    private readonly int _maxPacketBytes;
    private readonly int _maxDrainBytes;
    private readonly ManualResetEventSlim _stopping = new();
    private readonly bool _gathers;

    /// <exception cref="IOException">The port cannot be had; the message names the setting.</exception>
    public StatsDUdpReceiver(StatsDOptions options, StatsDAggregator aggregator, ILogger logger)
    {
        _aggregator = aggregator;
        _logger = logger;
        _maxPacketBytes = options.MaxPacketBytes;
        _maxDrainBytes = options.ReceiveBufferBytes;
        _socket = StatsDSocket.Open(IPAddress.Parse(options.Host), options.Port, ProtocolType.Udp);
        _socket.ReceiveBufferSize = options.ReceiveBufferBytes;

        // One byte more than is allowed tells a packet that is too long.
        _reader = DatagramReader.Create(_socket, _maxPacketBytes + 1);
        _gathers = _socket.ReceiveBufferSize >= BurstBytes;
        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _thread = new Thread(Run) { IsBackground = true, Name = "StatsD receiver" };
    }

    public IPEndPoint LocalEndPoint { get; }

    /// <summary>What the kernel granted, in bytes.</summary>
    public int ReceiveBufferBytes => _socket.ReceiveBufferSize;

    public void Start() => _thread.Start();

    /// <summary>Takes in what has arrived, and stops.</summary>
    public void Stop()
    {
        if (!_stopping.IsSet && _thread.IsAlive)
        {
            _stopping.Set();
            Wake();
            _thread.Join(StopTimeout);
        }
    }

    public void Dispose()
    {
        Stop();
        _socket.Dispose();
        _stopping.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_stopping.IsSet)
            {
                if (Receive(out _) < FewPackets && _gathers)
                {
                    _stopping.Wait(GatherMilliseconds);
                }
            }

            var drained = 0;
            while (drained < _maxDrainBytes && _socket.Available > 0)
            {
                Receive(out var bytes);
                drained += Math.Max(bytes, 1);
            }
        }
        catch (ObjectDisposedException e)
        {
            // The wake-up was lost, and the socket was closed on the receive.
            LogClosed(_logger, e);
        }
    }

    /// <returns>Packets received.</returns>
    private int Receive(out int bytes)
    {
        bytes = 0;
        var count = 0;
        try
        {
            count = _reader.Receive();
            for (var i = 0; i < count; i++)
            {
                bytes += Add(_reader.Packet(i));
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.MessageSize)
        {
            _aggregator.Count(static (ref counts) => counts.OversizedPackets++);
        }
        catch (SocketException e)
        {
            LogReceive(_logger, e);
        }
        catch (Exception e) when (e is not ObjectDisposedException)
        {
            // Nothing that one packet holds may end the listening for all.
            LogPacket(_logger, e);
        }

        return count;
    }

    private int Add(ReadOnlySpan<byte> packet)
    {
        if (packet.Length > _maxPacketBytes)
        {
            _aggregator.Count(static (ref counts) => counts.OversizedPackets++);
        }
        else if (packet.Length > 0)
        {
            _aggregator.AddPacket(packet);
        }

        return packet.Length;
    }

    // A blocked receive returns when something arrives: an empty packet to ourselves.
    private void Wake()
    {
        var any = LocalEndPoint.Address.Equals(IPAddress.Any) || LocalEndPoint.Address.Equals(IPAddress.IPv6Any);
        var loopback = LocalEndPoint.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        try
        {
            using var socket = new Socket(LocalEndPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.SendTo([], new IPEndPoint(any ? loopback : LocalEndPoint.Address, LocalEndPoint.Port));
        }
        catch (SocketException e)
        {
            LogReceive(_logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The StatsD socket reported an error; listening goes on")]
    private static partial void LogReceive(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The StatsD socket was closed while it was waiting")]
    private static partial void LogClosed(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A StatsD packet could not be taken in; listening goes on")]
    private static partial void LogPacket(ILogger logger, Exception error);
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>
/// Receives packets on a thread of its own: a blocking receive into one buffer costs less a packet than any asynchronous one.
/// </summary>
internal sealed partial class StatsDUdpReceiver : IDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly StatsDAggregator _aggregator;
    private readonly ILogger _logger;
    private readonly Socket _socket;
    private readonly Thread _thread;
    private readonly byte[] _buffer;
    private readonly int _maxPacketBytes;
    private readonly int _maxDrainBytes;
    private volatile bool _stopping;

    /// <exception cref="IOException">The port cannot be had; the message names the setting.</exception>
    public StatsDUdpReceiver(StatsDOptions options, StatsDAggregator aggregator, ILogger logger)
    {
        _aggregator = aggregator;
        _logger = logger;
        _maxPacketBytes = options.MaxPacketBytes;
        _maxDrainBytes = options.ReceiveBufferBytes;
        _buffer = GC.AllocateUninitializedArray<byte>(_maxPacketBytes + 1, pinned: true);
        _socket = StatsDSocket.Open(IPAddress.Parse(options.Host), options.Port, ProtocolType.Udp);
        _socket.ReceiveBufferSize = options.ReceiveBufferBytes;
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
        if (!_stopping && _thread.IsAlive)
        {
            _stopping = true;
            Wake();
            _thread.Join(StopTimeout);
        }
    }

    public void Dispose()
    {
        Stop();
        _socket.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                ReceiveOne();
            }

            var drained = 0;
            while (drained < _maxDrainBytes && _socket.Available > 0)
            {
                drained += Math.Max(1, ReceiveOne());
            }
        }
        catch (ObjectDisposedException e)
        {
            // The wake-up was lost, and the socket was closed on the receive.
            LogClosed(_logger, e);
        }
    }

    private int ReceiveOne()
    {
        try
        {
            var length = _socket.Receive(_buffer, SocketFlags.None);
            if (length > _maxPacketBytes)
            {
                _aggregator.Count(static (ref counts) => counts.OversizedPackets++);
            }
            else if (length > 0)
            {
                _aggregator.AddPacket(_buffer.AsSpan(0, length));
            }

            return length;
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

        return 0;
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

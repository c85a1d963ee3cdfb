using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>Receives lines over TCP: each connection one buffer, a bounded number of connections.</summary>
internal sealed partial class StatsDTcpServer : IDisposable
{
    private const int MinBufferBytes = 16 * 1024;

    private readonly StatsDOptions _options;
    private readonly StatsDAggregator _aggregator;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();
    private int _connections;
    private Task _accepting = Task.CompletedTask;

    /// <exception cref="IOException">The port cannot be had; the message names the setting.</exception>
    public StatsDTcpServer(StatsDOptions options, StatsDAggregator aggregator, TimeProvider time, ILogger logger)
    {
        _options = options;
        _aggregator = aggregator;
        _time = time;
        _logger = logger;
        _listener = StatsDSocket.Open(IPAddress.Parse(options.Host), options.TcpPort, ProtocolType.Tcp);
        LocalEndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Connections open now.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public void Start() => _accepting = AcceptAsync();

    /// <summary>Closes the listener and every connection.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stopping.Token);
                if (Interlocked.Increment(ref _connections) <= _options.TcpMaxConnections)
                {
                    _aggregator.Count(static (ref counts) => counts.Connections++);
                    _ = ServeAsync(socket);
                }
                else
                {
                    Interlocked.Decrement(ref _connections);
                    _aggregator.Count(static (ref counts) => counts.RefusedConnections++);
                    socket.Dispose();
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of file handles, or a sender that left before it was accepted.
                LogAccept(_logger, e);
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time, CancellationToken.None);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(MinBufferBytes, 2 * _options.MaxLineBytes));
        try
        {
            using (socket)
            {
                await ReadLinesAsync(socket, buffer);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            LogClosed(_logger, e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            Interlocked.Decrement(ref _connections);
        }
    }

    private async Task ReadLinesAsync(Socket socket, byte[] buffer)
    {
        using var idle = new CancellationTokenSource(_options.TcpIdleTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, _stopping.Token);
        var lines = new StatsDLineBuffer(buffer, _options.MaxLineBytes, _aggregator);
        while (await socket.ReceiveAsync(lines.Free, SocketFlags.None, either.Token) is var read and > 0)
        {
            lines.Advance(read);
            idle.CancelAfter(_options.TcpIdleTimeout);
        }

        lines.Complete();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A StatsD TCP connection could not be accepted; listening goes on")]
    private static partial void LogAccept(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A StatsD TCP connection was closed before its end")]
    private static partial void LogClosed(ILogger logger, Exception error);
}

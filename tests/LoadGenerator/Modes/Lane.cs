using System.Diagnostics;
using System.Net.Sockets;
using Metrics.LoadGenerator.Http;

namespace Metrics.LoadGenerator.Modes;

/// <summary>One connection and what is to be sent over it.</summary>
internal sealed class Lane(HttpLoadOptions options, string headers) : IDisposable
{
    private readonly HttpConnection _connection = new(options.Target);
    private readonly ManualResetEventSlim _never = new();
    private readonly double? _samplesPerSecond = options.SamplesPerSecond / options.Connections;

    public List<(byte[] Body, int Samples)> Bodies { get; } = [];

    public List<double> Milliseconds { get; } = [];

    public long Acknowledged { get; private set; }

    /// <summary>Sent but not answered with 2xx: the server may or may not have them.</summary>
    public long Unacknowledged { get; private set; }

    public long BodyBytes { get; private set; }

    public int Failures { get; private set; }

    public string? FirstProblem { get; private set; }

    /// <summary>False once the server has gone: nothing more is sent.</summary>
    public bool IsConnected { get; private set; } = true;

    /// <summary>Sends what is there, until it is all sent, the time is over or the connection is.</summary>
    public void Send(TimeSpan? limit)
    {
        var started = Stopwatch.GetTimestamp();
        var sent = 0L;
        foreach (var (body, samples) in Bodies)
        {
            if (!IsConnected || Stopwatch.GetElapsedTime(started) > limit)
            {
                break;
            }

            if (sent / _samplesPerSecond - Stopwatch.GetElapsedTime(started).TotalSeconds is > 0 and var early)
            {
                _never.Wait(TimeSpan.FromSeconds(early));
            }

            sent += samples;
            SendOne(body, samples);
        }

        Bodies.Clear();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _never.Dispose();
    }

    private void SendOne(byte[] body, int samples)
    {
        try
        {
            var before = Stopwatch.GetTimestamp();
            var answer = _connection.Send("POST", options.Path, headers, body);
            Milliseconds.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            BodyBytes += body.Length;
            if (answer.IsSuccess)
            {
                Acknowledged += samples;
                return;
            }

            FirstProblem ??= answer.Excerpt;
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            IsConnected = false;
            FirstProblem ??= exception.Message;
        }

        Unacknowledged += samples;
        Failures++;
    }
}

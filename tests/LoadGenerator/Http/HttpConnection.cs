using System.Net.Sockets;
using System.Text;

namespace Metrics.LoadGenerator.Http;

/// <summary>
/// One kept-alive HTTP/1.1 connection, blocking and with as little work as can be, so that the generator takes less of the machine than
/// the server does. Not for anything else: no redirects, no TLS.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private const int MaxBodyBytes = 256 << 20;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Uri _target;
    private byte[] _buffer = new byte[16 << 10];
    private int _from;
    private int _to;

    /// <exception cref="SocketException">Nothing listens there.</exception>
    public HttpConnection(Uri target)
    {
        _target = target;
        _socket.Connect(target.Host, target.Port);
    }

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <param name="method">GET or POST.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="headers">Lines with their ends.</param>
    /// <param name="body">Empty for none.</param>
    /// <exception cref="IOException">The connection ended, or what came is not HTTP.</exception>
    public HttpAnswer Send(string method, string path, string headers, byte[] body)
    {
        var head = Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: {_target.Authority}\r\n{headers}Content-Length: {body.Length}\r\n\r\n");
        try
        {
            SendAll(head, body);
        }
        catch (SocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }

        return ReadAnswer();
    }

    public void Dispose() => _socket.Dispose();

    private void SendAll(byte[] head, byte[] body)
    {
        var segments = new List<ArraySegment<byte>>(2) { head };
        if (body.Length > 0)
        {
            segments.Add(body);
        }

        var sent = _socket.Send(segments, SocketFlags.None);
        for (var left = head.Length + body.Length - sent; left > 0;)
        {
            left -= left > body.Length
                ? _socket.Send(head, head.Length - (left - body.Length), left - body.Length, SocketFlags.None)
                : _socket.Send(body, body.Length - left, left, SocketFlags.None);
        }
    }

    private HttpAnswer ReadAnswer()
    {
        var parts = ReadLine().Split(' ', 3);
        if (parts.Length < 2 || !int.TryParse(parts[1], out var status))
        {
            throw new IOException("The answer is not HTTP.");
        }

        var length = 0;
        var chunked = false;
        while (ReadLine() is { Length: > 0 } line)
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                length = int.Parse(line.AsSpan(15), System.Globalization.CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase))
            {
                chunked = line.Contains("chunked", StringComparison.OrdinalIgnoreCase);
            }
        }

        return new HttpAnswer(status, chunked ? ReadChunks() : ReadBytes(length));
    }

    private byte[] ReadChunks()
    {
        using var body = new MemoryStream();
        while (true)
        {
            var size = int.Parse(
                ReadLine().Split(';')[0], System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
            body.Write(ReadBytes(size));
            ReadLine();
            if (size == 0)
            {
                return body.ToArray();
            }
        }
    }

    private byte[] ReadBytes(int count)
    {
        if (count is < 0 or > MaxBodyBytes)
        {
            throw new IOException($"The answer announces {count} bytes.");
        }

        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            if (_from == _to)
            {
                Fill();
            }

            var take = Math.Min(count - read, _to - _from);
            _buffer.AsSpan(_from, take).CopyTo(bytes.AsSpan(read));
            _from += take;
            read += take;
        }

        return bytes;
    }

    private string ReadLine()
    {
        while (true)
        {
            var end = _buffer.AsSpan(_from, _to - _from).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                var line = Encoding.ASCII.GetString(_buffer, _from, end);
                _from += end + 2;
                return line;
            }

            Fill();
        }
    }

    private void Fill()
    {
        if (_from > 0)
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }

        if (_to == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read;
        try
        {
            read = _socket.Receive(_buffer, _to, _buffer.Length - _to, SocketFlags.None);
        }
        catch (SocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }

        _to += read > 0 ? read : throw new IOException("The server closed the connection.");
    }
}

/// <summary>Status and body of an answer.</summary>
internal readonly record struct HttpAnswer(int Status, byte[] Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The beginning of the body, for a message.</summary>
    public string Excerpt => $"{Status}: {Encoding.UTF8.GetString(Body, 0, Math.Min(Body.Length, 300)).ReplaceLineEndings(" ")}";
}

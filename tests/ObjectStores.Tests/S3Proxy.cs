using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Metrics.Tests.Shared;

namespace Metrics.ObjectStores.Tests;

/// <summary>
/// Stands before an S3 that passes over conditions, and decides them as Amazon does: 412 for what does not hold. Can also fail requests.
/// All writes have to go through it.
/// </summary>
internal sealed class S3Proxy : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpMessageInvoker _upstream = new(new SocketsHttpHandler { UseCookies = false });
    private readonly ConcurrentDictionary<string, string> _tags = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly int _port = FreePorts.Take();
    private readonly string _target;
    private readonly Task _serving;

    public S3Proxy(string target)
    {
        _target = target;
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _serving = Serve();
    }

    public string Address { get; }

    /// <summary>Whether conditions are decided, of whole objects and of multipart uploads.</summary>
    public bool DecidesPuts { get; set; } = true;

    public bool DecidesMultipart { get; set; } = true;

    /// <summary>What becomes of a request: by method and path with query, before it is passed on.</summary>
    public Func<string, string, Fate> Decide { get; set; } = static (_, _) => Fate.Pass;

    public ConcurrentQueue<string> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
        _upstream.Dispose();
        _writing.Dispose();
    }

    private async Task Serve()
    {
        var answers = new List<Task>();
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                answers.Add(Task.Run(() => Answer(context)));
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(answers);
    }

    private async Task Answer(HttpListenerContext context)
    {
        var request = context.Request;
        var fate = Decide(request.HttpMethod, request.RawUrl!);
        Requests.Enqueue($"{request.HttpMethod} {request.RawUrl}");
        try
        {
            using var body = new MemoryStream();
            await request.InputStream.CopyToAsync(body);
            if (fate == Fate.Lose)
            {
                context.Response.Abort();
                return;
            }

            if (fate == Fate.Refuse)
            {
                context.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
                context.Response.Close();
                return;
            }

            var isWrite = request.HttpMethod is "PUT" or "POST" or "DELETE" && !request.RawUrl!.Contains("partNumber", StringComparison.Ordinal);
            if (isWrite)
            {
                await _writing.WaitAsync();
            }

            try
            {
                await Pass(context, body, isWrite, fate);
            }
            finally
            {
                if (isWrite)
                {
                    _writing.Release();
                }
            }
        }
        catch (Exception error) when (error is HttpRequestException or HttpListenerException or IOException or ObjectDisposedException)
        {
            // As a server that went away.
            context.Response.Abort();
        }
    }

    private async Task Pass(HttpListenerContext context, MemoryStream body, bool isWrite, Fate fate)
    {
        var request = context.Request;
        var path = request.Url!.AbsolutePath;
        var isMultipart = request.HttpMethod == "POST";
        if (isWrite && (isMultipart ? DecidesMultipart : DecidesPuts) && !Holds(request, path))
        {
            context.Response.StatusCode = (int)HttpStatusCode.PreconditionFailed;
            context.Response.Close();
            return;
        }

        using var onward = new HttpRequestMessage(new HttpMethod(request.HttpMethod), _target + request.RawUrl);
        onward.Content = request.HttpMethod is "PUT" or "POST" ? new ByteArrayContent(body.ToArray()) : null;
        foreach (var name in request.Headers.AllKeys.Where(static n => n is not (null or "Expect" or "Content-Length" or "If-Match" or "If-None-Match" or "Connection")))
        {
            if (!onward.Headers.TryAddWithoutValidation(name!, request.Headers[name]))
            {
                onward.Content?.Headers.TryAddWithoutValidation(name!, request.Headers[name]);
            }
        }

        using var answer = await _upstream.SendAsync(onward, CancellationToken.None);

        // Of an empty object the emulator promises a byte that it does not send.
        var isEmpty = answer.Content.Headers.NonValidated.TryGetValues("Content-Range", out var range) && range.ToString().EndsWith("/0", StringComparison.Ordinal);
        var bytes = isEmpty ? [] : await answer.Content.ReadAsByteArrayAsync();
        Remember(request, path, answer, bytes);
        if (fate == Fate.LoseAnswer)
        {
            context.Response.Abort();
            return;
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(static h => h.Key is not ("Transfer-Encoding" or "Content-Length" or "Connection" or "Keep-Alive")))
        {
            context.Response.Headers[name] = string.Join(',', values);
        }

        context.Response.ContentLength64 = request.HttpMethod == "HEAD" ? answer.Content.Headers.ContentLength ?? 0 : bytes.Length;
        if (request.HttpMethod != "HEAD")
        {
            await context.Response.OutputStream.WriteAsync(bytes);
        }

        context.Response.Close();
    }

    private bool Holds(HttpListenerRequest request, string path)
    {
        var tag = _tags.GetValueOrDefault(path);
        return (request.Headers["If-None-Match"] is null || tag is null) && (request.Headers["If-Match"] is not { } match || match.Trim('"') == tag);
    }

    private void Remember(HttpListenerRequest request, string path, HttpResponseMessage answer, byte[] bytes)
    {
        if (!answer.IsSuccessStatusCode)
        {
            return;
        }

        if (request.HttpMethod == "DELETE" && request.Url!.Query.Length == 0)
        {
            _tags.TryRemove(path, out _);
        }
        else if (request.HttpMethod == "PUT" && answer.Headers.ETag is { } tag && !request.RawUrl!.Contains("partNumber", StringComparison.Ordinal))
        {
            _tags[path] = tag.Tag.Trim('"');
        }
        else if (request.HttpMethod == "POST" && request.Url!.Query.Contains("uploadId", StringComparison.Ordinal))
        {
            var text = WebUtility.HtmlDecode(System.Text.Encoding.UTF8.GetString(bytes));
            _tags[path] = text.Split("<ETag>")[1].Split("</ETag>")[0].Trim('"');
        }
    }
}

/// <summary>What becomes of a request.</summary>
internal enum Fate
{
    Pass,

    /// <summary>The store does not get it, and the answer is cut off.</summary>
    Lose,

    /// <summary>The store does it; the answer is cut off.</summary>
    LoseAnswer,

    /// <summary>503.</summary>
    Refuse,
}

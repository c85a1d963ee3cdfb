using System.Text.Json;
using Metrics.Core.Backup;

namespace Metrics.Silo.Commands;

/// <summary>The server that runs on the data set, asked over HTTP.</summary>
internal sealed class LiveServer(Uri url) : IDisposable
{
#pragma warning disable RS0030 // A command makes a handful of requests and ends: there is nothing to pool.
    /// <summary>Writing memory to blocks may take minutes.</summary>
    private readonly HttpClient _http = new() { BaseAddress = url, Timeout = TimeSpan.FromMinutes(30) };
#pragma warning restore RS0030

    /// <summary>Its data directory; null when no server answers.</summary>
    public async Task<string?> DataPathAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("/api/v1/status/wal", UriKind.Relative), cancellation);
            if (!answer.IsSuccessStatusCode)
            {
                throw new BackupException($"{url} answers {(int)answer.StatusCode}: it is not a server of this kind. Set --url to the server's address.");
            }

            using var body = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellation), default, cancellation);
            return body.RootElement.GetProperty("directory").GetString();
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new BackupException($"{url} is not a server of this kind. Set --url to the server's address.");
        }
    }

    /// <summary>Has all of memory written to blocks.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        using var answer = await _http.PostAsync(new Uri("/api/v1/storage/flush", UriKind.Relative), null, cancellation);
        await CheckAsync(answer, cancellation);
    }

    /// <summary>Has blocks looked at again, and set aside if they are damaged.</summary>
    /// <returns>How many are.</returns>
    public async Task<int> RecheckAsync(IEnumerable<string> blocks, CancellationToken cancellation)
    {
        using var answer = await _http.PostAsJsonAsync("/api/v1/storage/recheck", new { blocks }, cancellation);
        await CheckAsync(answer, cancellation);
        using var body = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellation), default, cancellation);
        return body.RootElement.GetProperty("damaged").GetInt32();
    }

    public void Dispose() => _http.Dispose();

    private static async Task CheckAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (!answer.IsSuccessStatusCode)
        {
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            throw new BackupException($"The server answered {(int)answer.StatusCode}: {DetailOf(text)}");
        }
    }

    private static string DetailOf(string problem)
    {
        try
        {
            using var document = JsonDocument.Parse(problem);
            return document.RootElement.GetProperty("detail").GetString() ?? problem;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return problem.ReplaceLineEndings(" ");
        }
    }
}

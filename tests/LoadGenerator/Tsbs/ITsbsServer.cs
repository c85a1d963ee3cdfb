using Metrics.LoadGenerator.Http;

namespace Metrics.LoadGenerator.Tsbs;

/// <summary>Puts questions in a server's words and reads its answers. Asking is what is timed.</summary>
internal interface ITsbsServer
{
    /// <summary>Method, path, headers and body.</summary>
    TsbsRequest Request(TsbsQuestion question);

    /// <exception cref="IOException">The body is not an answer to this question.</exception>
    TsbsAnswer Read(TsbsQuestion question, HttpAnswer answer);
}

/// <summary>A request, ready to be sent.</summary>
internal sealed record TsbsRequest(string Method, string Path, string Headers, byte[] Body);

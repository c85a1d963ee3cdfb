using Microsoft.AspNetCore.Http;

namespace Metrics.Gateway.Problems;

/// <summary>Which paths belong to the API, as opposed to the pages that share its port.</summary>
internal static class ApiPaths
{
    private static readonly PathString Api = new("/api");
    private static readonly PathString Status = new("/api/v1/status");
    private static readonly PathString Management = new("/-");
    private static readonly PathString OpenApi = new("/openapi");

    public static bool IsApi(PathString path) =>
        path.StartsWithSegments(Api) || path.StartsWithSegments(Management) || path.StartsWithSegments(OpenApi);

    /// <summary>Reads or writes data, and so has to wait until the process is ready; status pages do not.</summary>
    public static bool NeedsReadiness(PathString path) => path.StartsWithSegments(Api) && !path.StartsWithSegments(Status);
}

using System.Net;

namespace Metrics.Silo.Tests.Hostile;

/// <summary>With the pages' catch-all route in the same process, a wrong method still is one.</summary>
[Collection(nameof(HostileCollection))]
public class WrongMethodTests(AttackedSilo attacked)
{
    [Theory]
    [InlineData("GET", "/api/v1/query", "POST")]
    [InlineData("PUT", "/api/v1/metrics", "POST")]
    [InlineData("GET", "/api/v1/write", "POST")]
    [InlineData("DELETE", "/api/v1/tags/region/values", "GET")]
    public async Task A_wrong_method_is_405_and_the_right_one_is_named(string method, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await attacked.Silo.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal([allowed], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task A_path_that_is_not_there_is_404()
    {
        using var response = await attacked.Silo.Http.GetAsync(new Uri("/api/v1/nothing", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}

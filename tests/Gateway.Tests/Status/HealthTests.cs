using System.Net;
using Metrics.Gateway.Tests.Support;

namespace Metrics.Gateway.Tests.Status;

public class HealthTests
{
    [Fact]
    public async Task Is_healthy_and_ready()
    {
        await using var host = await QueryApiHost.StartAsync();
        Assert.Equal((HttpStatusCode.OK, "healthy"), await GetTextAsync(host, "/-/healthy"));
        Assert.Equal((HttpStatusCode.OK, "ready"), await GetTextAsync(host, "/-/ready"));
    }

    [Fact]
    public async Task Says_what_it_waits_for_while_it_is_not_ready()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Readiness.IsReady = false;
        Assert.Equal((HttpStatusCode.OK, "healthy"), await GetTextAsync(host, "/-/healthy"));
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "not ready: the write-ahead log is being replayed (12 of 40 MB)"),
            await GetTextAsync(host, "/-/ready"));
    }

    [Theory]
    [InlineData("/api/v1/series")]
    [InlineData("/api/v1/metrics/names")]
    [InlineData("/api/v1/nothing-here")]
    public async Task Answers_data_requests_503_until_it_is_ready(string path)
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Readiness.IsReady = false;
        using var response = await host.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
        Assert.Contains(
            "12 of 40 MB", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        host.Readiness.IsReady = true;
        using var later = await host.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.NotEqual(HttpStatusCode.ServiceUnavailable, later.StatusCode);
    }

    [Fact]
    public async Task Shows_status_pages_and_the_openapi_document_before_it_is_ready()
    {
        await using var host = await QueryApiHost.StartAsync(map: static app =>
            Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapGet(app, "/api/v1/status/statsd", static () => "lines"));
        host.Readiness.IsReady = false;
        Assert.Equal((HttpStatusCode.OK, "lines"), await GetTextAsync(host, "/api/v1/status/statsd"));
        Assert.Equal(HttpStatusCode.OK, (await GetTextAsync(host, "/openapi/v1.json")).Status);
    }

    [Fact]
    public async Task Answers_head_requests_of_load_balancers()
    {
        await using var host = await QueryApiHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri("/-/ready", UriKind.Relative));
        using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<(HttpStatusCode Status, string Text)> GetTextAsync(QueryApiHost host, string path)
    {
        using var response = await host.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}

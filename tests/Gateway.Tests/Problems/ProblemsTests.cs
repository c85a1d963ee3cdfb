using System.Net;
using Metrics.Gateway.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Metrics.Gateway.Tests.Problems;

public class ProblemsTests
{
    [Fact]
    public async Task An_exception_nobody_expected_is_a_500_with_a_trace_id_and_no_stack()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.OnExecute = static _ => throw new InvalidDataException("secret of the inside");
        var (status, problem) = await host.PostAsync("/api/v1/query", """{"metric":"m","aggregation":"avg"}""");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.NotNull((string?)problem["traceId"]);
        Assert.DoesNotContain("secret", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_path_of_the_api_is_a_problem()
    {
        await using var host = await QueryApiHost.StartAsync();
        var (status, problem) = await host.GetAsync("/api/v1/qwery");
        Assert.Equal((HttpStatusCode.NotFound, 404), (status, (int)problem["status"]!));
        Assert.Contains("/openapi/v1.json", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_method_is_a_problem_that_names_the_right_one()
    {
        await using var host = await QueryApiHost.StartAsync();
        var (status, problem) = await host.GetAsync("/api/v1/query");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, status);
        Assert.Contains("POST", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_that_an_endpoint_does_not_read_is_a_problem()
    {
        await using var host = await QueryApiHost.StartAsync(map: static app =>
            app.MapPost("/api/v1/other", static (int[] body) => body.Length));
        using var content = new StringContent("x");
        using var response = await host.Http.PostAsync(new Uri("/api/v1/other", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Pages_beside_the_api_keep_their_own_errors()
    {
        await using var host = await QueryApiHost.StartAsync();
        using var response = await host.Http.GetAsync(new Uri("/nothing", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Metrics.Core.Ingestion;
using Metrics.Gateway.Ingestion;
using Metrics.Gateway.Query;
using Metrics.Gateway.Tests.Ingestion;
using Metrics.Gateway.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace Metrics.Gateway.Tests.OpenApi;

public class OpenApiTests
{
    [Fact]
    public async Task Lists_every_mapped_endpoint_with_a_summary_responses_and_tags()
    {
        await using var host = await StartWithIngestionAsync();
        var paths = (await host.GetAsync("/openapi/v1.json")).Body["paths"]!;

        var mapped = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(static e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => (Path: e.RoutePattern.RawText!, Method: m)))
            .Where(static e => e.Method != "HEAD" && e.Path != "/page")
            .ToArray();
        Assert.Equal(20, mapped.Length);
        foreach (var (path, method) in mapped)
        {
            var operation = paths["/" + path.Trim('/').Replace(":int", "", StringComparison.Ordinal)]?[method.ToLowerInvariant()];
            Assert.True(operation is not null, $"{method} {path} is not listed");
            Assert.NotEqual("", (string?)operation["summary"]);
            Assert.NotEmpty(operation["responses"]!.AsObject());
            Assert.Single(operation["tags"]!.AsArray());
        }

        Assert.Null(paths["/page"]);
        Assert.Equal("Ingestion", (string?)paths["/api/v1/metrics"]!["post"]!["tags"]![0]);
        Assert.Equal("path", (string?)paths["/api/v1/other/{id}"]!["get"]!["parameters"]![0]!["in"]);
    }

    [Fact]
    public async Task Is_an_openapi_document_without_errors()
    {
        await using var host = await StartWithIngestionAsync();
        var text = await host.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken);
        var read = OpenApiDocument.Parse(text, OpenApiConstants.Json, new OpenApiReaderSettings());
        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
    }

    [Fact]
    public async Task Gives_an_example_of_every_json_body_and_the_queries_among_them_are_read()
    {
        await using var host = await StartWithIngestionAsync();
        var paths = (await host.GetAsync("/openapi/v1.json")).Body["paths"]!.AsObject();
        var parser = new QueryParser(Options.Create(new QueryApiOptions()));
        var read = 0;
        foreach (var (path, item) in paths)
        {
            foreach (var (_, operation) in item!.AsObject())
            {
                var json = operation!["requestBody"]?["content"]?["application/json"];
                if (json is null)
                {
                    continue;
                }

                var examples = json["examples"]!.AsObject().Select(static e => e.Value!["value"]!).ToArray();
                Assert.NotEmpty(examples);
                foreach (var example in path == "/api/v1/query" ? examples : [])
                {
                    using var document = JsonDocument.Parse(example.ToJsonString());
                    Assert.Equal("http.request.latency", parser.Parse(document.RootElement, QueryApiHost.NowMs).Selector.Metric);
                    read++;
                }
            }
        }

        Assert.Equal(2, read);
    }

    [Fact]
    public async Task Describes_every_field_that_a_query_has()
    {
        await using var host = await QueryApiHost.StartAsync();
        var document = (await host.GetAsync("/openapi/v1.json")).Body;
        var schema = document["paths"]!["/api/v1/query"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;
        var everything = new JsonObject();
        foreach (var (name, _) in schema["properties"]!.AsObject())
        {
            everything[name] = true;
        }

        // Each is known, so that the first complaint is of a value, and a field that is not described is named as unknown.
        var (_, problem) = await host.PostAsync("/api/v1/query", everything.ToJsonString());
        Assert.Equal("metric", (string?)problem["field"]);
        everything["surplus"] = true;
        (_, problem) = await host.PostAsync("/api/v1/query", everything.ToJsonString());
        var detail = (string?)problem["detail"];
        Assert.EndsWith($"it has {string.Join(", ", schema["properties"]!.AsObject().Select(static p => p.Key))}.", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/metrics", "application/json", new[] { "202", "400", "413", "415", "503" })]
    [InlineData("/api/v1/write", "application/x-protobuf", new[] { "204", "400", "413", "415", "503" })]
    [InlineData("/api/v1/push", "application/x-protobuf", new[] { "204", "400", "413", "415", "503" })]
    public async Task Describes_the_body_and_the_answers_of_every_way_in(string path, string contentType, string[] statuses)
    {
        await using var host = await StartWithIngestionAsync();
        var operation = (await host.GetAsync("/openapi/v1.json")).Body["paths"]![path]!["post"]!;

        Assert.Equal([contentType], operation["requestBody"]!["content"]!.AsObject().Select(static c => c.Key));
        Assert.Equal(statuses, operation["responses"]!.AsObject().Select(static r => r.Key));
    }

    private static Task<QueryApiHost> StartWithIngestionAsync() => QueryApiHost.StartAsync(map: MapOthers, configure: static services =>
    {
        services.AddSingleton<ISampleWriter>(new FakeSampleWriter());
        services.AddMetricsIngestion(
            new ConfigurationBuilder().AddInMemoryCollection([new("Metrics:StatsD:Enabled", "false")]).Build());
    });

    private static void MapOthers(WebApplication app)
    {
        app.MapMetricsIngestion();
        app.MapGet("/api/v1/other/{id:int}", static (int id) => $"{id}");
        app.MapGet("/page", static () => "");
    }
}

using System.Net;
using Metrics.Core.Query;
using Metrics.Gateway.Tests.Support;

namespace Metrics.Gateway.Tests.Storage;

public class StorageEndpointTests
{
    [Theory]
    [InlineData("/api/v1/series?metric=m&match=host=~web-.*&from=2026-02-01T00:00:00Z&to=1772000000&expectedSeries=3", null)]
    [InlineData("/api/v1/series", """{"metric":"m","tags":{"host":{"regex":"web-.*"}},"from":"2026-02-01T00:00:00Z","to":1772000000,"expectedSeries":3}""")]
    public async Task Deletes_what_is_confirmed_by_its_count(string path, string? body)
    {
        await using var host = await QueryApiHost.StartAsync();
        var (status, answer) = await host.SendAsync(HttpMethod.Delete, path, body);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"deletedSeries":3}""", answer!.ToJsonString());
        var (selector, fromMs, toMs) = Assert.Single(host.Storage.Deleted);
        Assert.Equal("m", selector.Metric);
        var matcher = Assert.Single(selector.Matchers);
        Assert.Equal(("host", MatchKind.Regex, "web-.*"), (matcher.Key, matcher.Kind, matcher.Values[0]));
        Assert.Equal((1_769_904_000_000, 1_772_000_000_000), (fromMs, toMs));
    }

    [Fact]
    public async Task Deletes_all_time_when_no_range_is_given()
    {
        await using var host = await QueryApiHost.StartAsync();
        await host.SendAsync(HttpMethod.Delete, "/api/v1/series?tag.host=a&expectedSeries=3");
        Assert.Equal((long.MinValue, long.MaxValue), (host.Storage.Deleted[0].FromMs, host.Storage.Deleted[0].ToMs));
    }

    [Fact]
    public async Task Deletes_nothing_without_the_count_and_says_it()
    {
        await using var host = await QueryApiHost.StartAsync();
        var (status, problem) = await host.SendAsync(HttpMethod.Delete, "/api/v1/series?metric=m");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("expectedSeries", problem!["field"]!.GetValue<string>());
        Assert.Contains("3 series match", problem["detail"]!.GetValue<string>());

        (status, problem) = await host.SendAsync(HttpMethod.Delete, "/api/v1/series?metric=m&expectedSeries=2");
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("3 series match; nothing was deleted", problem!["detail"]!.GetValue<string>());
        Assert.Empty(host.Storage.Deleted);
    }

    [Theory]
    [InlineData("?expectedSeries=3", null, "metric")]
    [InlineData("?metric=m&expectedSeries=x", null, "expectedSeries")]
    [InlineData("?metric=m&expectedSeries=3&expectedSeries=3", null, "expectedSeries")]
    [InlineData("?metric=m&expectedSeries=3&from=yesterday", null, "from")]
    [InlineData("?metric=m&expectedSeries=3&from=10&to=10", null, "from")]
    [InlineData("?metric=m&expectedSeries=3&limit=1", null, "limit")]
    [InlineData("?metric=m&expectedSeries=3&metrik=1", null, "metrik")]
    [InlineData("", """{"metric":"m","expectedSeries":-1}""", "expectedSeries")]
    [InlineData("", """{"metric":"m","expectedSeries":1.5}""", "expectedSeries")]
    [InlineData("", """{"metric":"m","match":"a=b","expectedSeries":3}""", "match")]
    [InlineData("", """{"expectedSeries":3,"tags":{}}""", "metric")]
    public async Task Refuses_by_field_what_it_cannot_read(string query, string? body, string field)
    {
        await using var host = await QueryApiHost.StartAsync();
        var (status, problem) = await host.SendAsync(HttpMethod.Delete, "/api/v1/series" + query, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(field, problem!["field"]!.GetValue<string>());
        Assert.Empty(host.Storage.Deleted);
    }

    [Fact]
    public async Task Puts_lists_and_removes_retention_policies()
    {
        await using var host = await QueryApiHost.StartAsync();
        const string policy = """{"metric":"debug.*","tags":{"env":"dev"},"raw":"7d","1m":"30d","expectedSeries":3}""";
        const string answer = """{"name":"debug","metric":"debug.*","tags":["env=dev"],"raw":"7d","1m":"30d"}""";
        var (status, put) = await host.SendAsync(HttpMethod.Put, "/api/v1/retention/debug", policy);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(answer, put!.ToJsonString());

        var (_, rules) = await host.GetAsync("/api/v1/retention");
        Assert.Equal("""{"name":"default","metric":"*","raw":"365d","1m":"90d","1h":"365d","1d":"1095d"}""", rules["default"]!.ToJsonString());
        Assert.Equal(answer, Assert.Single(rules["policies"]!.AsArray())!.ToJsonString());

        Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync(HttpMethod.Delete, "/api/v1/retention/debug")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await host.SendAsync(HttpMethod.Delete, "/api/v1/retention/debug?expectedSeries=4")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, "/api/v1/retention/debug?expectedSeries=3")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Delete, "/api/v1/retention/debug?expectedSeries=3")).Status);
    }

    [Theory]
    [InlineData("debug", """{"raw":"7 days"}""", "raw")]
    [InlineData("debug", """{"raw":"59m"}""", "raw")]
    [InlineData("debug", """{"metric":"m"}""", "raw")]
    [InlineData("debug", """{"metric":"","raw":"7d"}""", "metric")]
    [InlineData("debug", """{"5m":"7d"}""", "5m")]
    [InlineData("a%20b", """{"raw":"7d"}""", "name")]
    [InlineData("debug", """{"raw":"7d"}""", "expectedSeries")]
    public async Task Refuses_a_policy_by_field(string name, string body, string field)
    {
        await using var host = await QueryApiHost.StartAsync();
        var (status, problem) = await host.SendAsync(HttpMethod.Put, "/api/v1/retention/" + name, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(field, problem!["field"]!.GetValue<string>());
        Assert.Empty(host.Storage.Policies);
    }

    [Fact]
    public async Task Answers_409_when_a_policy_is_fixed_by_the_settings()
    {
        await using var host = await QueryApiHost.StartAsync();
        var (status, problem) = await host.SendAsync(HttpMethod.Put, "/api/v1/retention/fixed", """{"raw":"7d","expectedSeries":3}""");
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal("The policy fixed comes from the settings.", problem!["detail"]!.GetValue<string>());
    }

    [Fact]
    public async Task Shows_the_status_and_flushes()
    {
        await using var host = await QueryApiHost.StartAsync();
        Assert.Equal("""{"stored":[]}""", (await host.GetAsync("/api/v1/status/storage")).Body.ToJsonString());
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, "/api/v1/storage/flush")).Status);
        Assert.Equal(1, host.Storage.Flushes);
    }
}

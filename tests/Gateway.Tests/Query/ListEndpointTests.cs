using System.Net;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Gateway.Tests.Support;

namespace Metrics.Gateway.Tests.Query;

public class ListEndpointTests
{
    [Fact]
    public async Task Lists_metric_names_tag_keys_and_tag_values()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.Names.AddRange(["a", "b"]);
        Assert.Equal("""{"metrics":["a","b"]}""", (await host.GetAsync("/api/v1/metrics/names")).Body.ToJsonString());
        Assert.Equal("""{"tags":["a","b"]}""", (await host.GetAsync("/api/v1/tags")).Body.ToJsonString());
        Assert.Equal("""{"values":["a","b"]}""", (await host.GetAsync("/api/v1/tags/region/values")).Body.ToJsonString());
        Assert.Equal("region", host.Grain.TagKey);
        Assert.Equal(1001, host.Grain.Limit);
    }

    [Fact]
    public async Task Lists_series()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.SeriesKeys.Add(SeriesKey.Create("m", new Tag("b", "2"), new Tag("a", "1")));
        host.Grain.SeriesKeys.Add(SeriesKey.Create("n"));
        Assert.Equal(
            """{"series":[{"metric":"m","tags":{"a":"1","b":"2"}},{"metric":"n","tags":{}}]}""",
            (await host.GetAsync("/api/v1/series")).Body.ToJsonString());
        Assert.Equal(
            """{"series":[{"metric":"m","tags":{"a":"1","b":"2"}}],"truncated":true}""",
            (await host.GetAsync("/api/v1/series?limit=1")).Body.ToJsonString());
    }

    [Fact]
    public async Task Says_when_a_list_is_cut()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.Names.AddRange(["a", "b", "c"]);
        Assert.Equal("""{"tags":["a","b"],"truncated":true}""", (await host.GetAsync("/api/v1/tags?limit=2")).Body.ToJsonString());
        Assert.Equal("""{"tags":["a","b","c"]}""", (await host.GetAsync("/api/v1/tags?limit=3")).Body.ToJsonString());
    }

    [Fact]
    public async Task Finds_names_by_prefix()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.Names.AddRange(["Http.x", "cpu", "http.a", "http.b"]);
        Assert.Equal("""{"metrics":["http.a","http.b"]}""", (await host.GetAsync("/api/v1/metrics/names?prefix=http")).Body.ToJsonString());
        Assert.Equal(
            """{"metrics":["http.a"],"truncated":true}""",
            (await host.GetAsync("/api/v1/metrics/names?prefix=http&limit=1")).Body.ToJsonString());
        Assert.Equal(100_001, host.Grain.Limit);
    }

    [Fact]
    public async Task Leaves_the_prefix_of_tag_values_to_the_index()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.Names.Add("/v1/a.b");
        await host.GetAsync("/api/v1/tags/endpoint/values?prefix=/v1/a.&limit=5");
        var matcher = Assert.Single(host.Grain.Selector!.Matchers);
        Assert.Equal(("endpoint", MatchKind.Regex, @"/v1/a\..*"), (matcher.Key, matcher.Kind, matcher.Values[0]));
        Assert.Equal(6, host.Grain.Limit);
    }

    [Fact]
    public async Task Reads_every_form_of_matcher()
    {
        await using var host = await QueryApiHost.StartAsync();
        await host.GetAsync(
            "/api/v1/series?metric=http.request.latency&match=a=1&match=b!=2&match=c=~x%2B.*&match=d!~y&match=e=&tag.Region=eu&tag.region=us&tag.region=ap&tag.g=a%3Db");
        Assert.Equal("http.request.latency", host.Grain.Selector!.Metric);
        Assert.Equal(
            [
                "a Equal 1", "b NotEqual 2", "c Regex x+.*", "d NotRegex y", "e Equal ",
                "Region Equal eu", "region In us|ap", "g Equal a=b",
            ],
            host.Grain.Selector.Matchers.Select(static m => $"{m.Key} {m.Kind} {string.Join('|', m.Values)}"));
    }

    [Theory]
    [InlineData("/api/v1/tags/k8s.io%2Fapp/values", "k8s.io/app")]
    [InlineData("/api/v1/tags/k8s.io%2fapp/values?limit=3", "k8s.io/app")]
    [InlineData("/api/v1/tags/a%20b%C3%A9/values", "a bé")]
    [InlineData("/api/v1/tags/100%25/values", "100%")]
    public async Task Takes_any_tag_key_in_a_path(string path, string key)
    {
        await using var host = await QueryApiHost.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync(path)).Status);
        Assert.Equal(key, host.Grain.TagKey);
    }

    [Theory]
    [InlineData("/api/v1/series?limt=5", "limt", "did you mean limit?")]
    [InlineData("/api/v1/series?prefix=a", "prefix", "not a parameter")]
    [InlineData("/api/v1/series?limit=0", "limit", "from 1 to 100000")]
    [InlineData("/api/v1/series?limit=100001", "limit", "from 1 to 100000")]
    [InlineData("/api/v1/series?limit=ten", "limit", "whole number")]
    [InlineData("/api/v1/series?limit=1&limit=2", "limit", "twice")]
    [InlineData("/api/v1/series?metric=", "metric", "empty")]
    [InlineData("/api/v1/series?match=region", "match", "key=value")]
    [InlineData("/api/v1/series?match==x", "match", "key=value")]
    [InlineData("/api/v1/series?match=a!x", "match", "key=value")]
    [InlineData("/api/v1/series?match=a=~(", "match", "not a regular expression")]
    [InlineData("/api/v1/series?match=a!~(%3F=b)", "match", "backtracking")]
    [InlineData("/api/v1/series?tag.=x", "tag.", "not a parameter")]
    [InlineData("/api/v1/series?tag.a=x&tag.a=", "tag.a", "empty")]
    public async Task Refuses_a_bad_parameter_by_its_name(string path, string field, string reason)
    {
        await using var host = await QueryApiHost.StartAsync();
        var (status, problem) = await host.GetAsync(path);
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
        Assert.Contains(reason, (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Null(host.Grain.Selector);
    }

    [Fact]
    public async Task Refuses_more_matchers_than_are_allowed()
    {
        await using var host = await QueryApiHost.StartAsync();
        var (status, _) = await host.GetAsync($"/api/v1/series?{string.Join('&', Enumerable.Range(0, 65).Select(i => $"match=k{i}=v"))}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }
}

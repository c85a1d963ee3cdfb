using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Gateway.Query;
using Metrics.Gateway.Tests.Support;

namespace Metrics.Gateway.Tests.Query;

/// <summary>What docs/api/query.md shows is what the server does.</summary>
public partial class QueryDocumentTests
{
    [Fact]
    public async Task Every_request_in_the_document_is_taken()
    {
        await using var host = await QueryApiHost.StartAsync();
        host.Grain.OnExecute = static _ => Task.FromResult(new QueryResult([new QueryGroup([], [0], [1])], []));
        host.Grain.SeriesKeys.Add(SeriesKey.Create("m"));
        var queries = Fences("json query");
        Assert.True(queries.Length >= 4, "the document has lost its examples");
        foreach (var query in queries)
        {
            var (status, body) = await host.PostAsync("/api/v1/query", query);
            Assert.True(status == HttpStatusCode.OK, $"{query}: {body}");
        }

        foreach (var batch in Fences("json batch"))
        {
            var (status, _) = await host.PostAsync("/api/v1/query/batch", batch);
            Assert.Equal(HttpStatusCode.OK, status);
        }

        var lists = Fences("http").SelectMany(static fence => fence.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.True(lists.Length >= 4, "the document has lost its examples");
        foreach (var list in lists)
        {
            var (status, body) = await host.GetAsync(list.Replace("GET ", "", StringComparison.Ordinal));
            Assert.True(status == HttpStatusCode.OK, $"{list}: {body}");
        }
    }

    [Fact]
    public void Every_answer_in_the_document_is_json() => Assert.All(Fences("json answer"), static answer => Assert.NotNull(JsonNode.Parse(answer)));

    [Fact]
    public void Every_setting_is_in_the_document() =>
        Assert.All(typeof(QueryApiOptions).GetProperties(), static p => Assert.Contains($"`{p.Name}`", Document(), StringComparison.Ordinal));

    private static string[] Fences(string info) =>
        [.. Fence().Matches(Document()).Where(m => m.Groups["info"].Value == info).Select(static m => m.Groups["text"].Value)];

    private static string Document()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Metrics.sln")))
        {
            folder = folder.Parent ?? throw new FileNotFoundException("The tests run outside the repository.");
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "docs", "api", "query.md"));
    }

    [GeneratedRegex("^```(?<info>[^\n]+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}

using System.Text.Json.Nodes;
using Metrics.Silo.Tests.Live;
using Metrics.Silo.Tests.Startup;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Operations;

/// <summary>The commands as they are typed, beside a server that goes on taking points.</summary>
public sealed class BackupTests : IDisposable
{
    private const int Tags = 4;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("metrics-backup-");

    private string Place => Path.Combine(_directory.FullName, "place");

    [Fact]
    public async Task What_was_acknowledged_before_a_backup_of_a_live_server_is_answered_once_by_a_server_made_of_it()
    {
        var startMs = Clock.NowMs - (3 * 3_600_000);
        await using var silo = new SiloProcess();
        await silo.Start();
        using var stop = new CancellationTokenSource();
        var acknowledged = 0;
        var writing = WriteAsync();

        async Task WriteAsync()
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await silo.Write([.. Enumerable.Range(0, Tags).Select(t => new Point("live", "t", $"{t}", startMs + (i * 1000L), 1))]);
                Volatile.Write(ref acknowledged, i + 1);
            }
        }

        await Eventually.True(() => Task.FromResult(Volatile.Read(ref acknowledged) > 100));

        var before = Volatile.Read(ref acknowledged);
        var (code, first) = await RunAsync("backup", Place, $"--url={silo.Address}");
        Assert.True(code == 0, first);
        Assert.True(Volatile.Read(ref acknowledged) > before, "Nothing was written meanwhile.");
        var between = Volatile.Read(ref acknowledged);
        (code, var second) = await RunAsync("backup", Place, $"--url={silo.Address}");
        Assert.True(code == 0, second);
        Assert.Contains(" 0 were there", first, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 were there", second, StringComparison.Ordinal);
        await stop.CancelAsync();
        await writing;

        (code, var verified) = await RunAsync("verify", Place);
        Assert.True(code == 0, verified);
        Assert.Contains("Every checksum and every index is right.", verified, StringComparison.Ordinal);

        var data = Path.Combine(_directory.FullName, "restored");
        (code, var restored) = await RunAsync("restore", Place, $"--Metrics:DataPath={data}");
        Assert.True(code == 0, restored);
        await using var other = new SiloProcess(data);
        await other.Start();

        // Every point is 1: a missing one and a doubled one both show.
        var counts = await Eventually.Get(
            () => other.QueryByTag("live", "count", "t", startMs, startMs + (between * 1000L)), static c => c.Count == Tags);
        Assert.All(counts.Values, c => Assert.Equal(between, c));
        var sums = await other.QueryByTag("live", "sum", "t", startMs, startMs + (between * 1000L));
        Assert.All(sums.Values, s => Assert.Equal(between, s));
        await other.Write(new Point("live", "t", "0", startMs - 1000, 1));
    }

    [Fact]
    public async Task Verify_names_a_damaged_block_of_a_live_server_which_sets_it_aside_and_answers_around_it()
    {
        var startMs = Clock.NowMs - (7 * 3_600_000);
        await using var silo = new SiloProcess();
        await silo.Start();
        await silo.Write([.. Enumerable.Range(0, 6 * 360).Select(i => new Point("whole", "t", "a", startMs + (i * 10_000L), i % 10))]);
        using (var flushed = await silo.Post("/api/v1/storage/flush", [], "application/json"))
        {
            Assert.True(flushed.IsSuccessStatusCode);
        }

        // What was just sealed is still in memory, and answered from there. After a restart it is not.
        Assert.Equal(0, await silo.Stop());
        await silo.Start();
        var (code, right) = await RunAsync("verify", $"--url={silo.Address}");
        Assert.True(code == 0, right);
        var objects = Path.Combine(silo.DataPath, "objects");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(objects, "shards"), "*.block", SearchOption.AllDirectories).Where(static f => f.Contains("/raw/", StringComparison.Ordinal)))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            bytes[70] ^= 1;
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        }

        (code, var damaged) = await RunAsync("verify", $"--url={silo.Address}");
        Assert.True(code == 1, damaged);
        var status = await Eventually.Get(() => silo.GetJson("/api/v1/status/storage"), static s => s["damaged"]!.AsArray().Count > 0 && (int)s["pending"]!["changesToPublish"]! == 0);
        foreach (var block in status["damaged"]!.AsArray())
        {
            var name = (string)block!["block"]!;
            Assert.Contains($"damaged: {name}: ", damaged, StringComparison.Ordinal);
            Assert.Contains("offset", (string)block["reason"]!, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(objects, name)), name);
        }

        using var answer = await silo.Post(
            "/api/v1/query",
            System.Text.Encoding.UTF8.GetBytes(new JsonObject { ["metric"] = "whole", ["aggregation"] = "count", ["from"] = startMs, ["to"] = startMs + (8 * 3_600_000) }.ToJsonString()),
            "application/json");
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        var json = JsonNode.Parse(text)!;
        Assert.True((bool?)json["partial"], text);
        Assert.NotEmpty(json["warnings"]!.AsArray());
        (code, var again) = await RunAsync("verify", $"--url={silo.Address}");
        Assert.True(code == 0, again);
        Assert.Contains("set aside before: ", again, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("needs a place", "backup")]
    [InlineData("There is no command bakup", "bakup")]
    [InlineData("did you mean urls", "backup", "/nowhere", "--urll=1")]
    [InlineData("ftp://x/y is no place", "backup", "ftp://x/y")]
    [InlineData("options are written --name=value", "verify", "--url")]
    [InlineData("--offline is \"maybe\"; set it to true or false", "backup", "/nowhere", "--offline=maybe")]
    [InlineData("No server answers at http://127.0.0.1:9/. Set --url", "backup", "/nowhere", "--url=http://127.0.0.1:9")]
    [InlineData("has no backup", "restore", "/nowhere")]
    [InlineData("has no data set", "verify", "--Metrics:DataPath=/nowhere")]
    public async Task What_cannot_be_done_is_refused_in_one_line_that_says_what_to_change(string said, params string[] arguments)
    {
        await using var process = SiloProcess.Run(null, arguments);
        await Refusal.Assert(process, said);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        await using var process = SiloProcess.Run(null, arguments);
        var code = await process.WaitForExit(TimeSpan.FromMinutes(2));
        return (code, $"{process.Output}\n{process.Errors}");
    }
}

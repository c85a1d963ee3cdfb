using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Metrics.Silo.Tests.Live;

namespace Metrics.Silo.Tests.Hostile;

[Collection(nameof(HostileCollection))]
public class OversizeTests(AttackedSilo attacked)
{
    private const int MaxBodyBytes = 32 * 1024 * 1024;
    private const int BombBytes = 256 * 1024 * 1024;

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    public async Task Decompression_bombs_are_refused(string coding)
    {
        var bomb = Bomb(coding);
        await using var bystander = new Bystander(attacked.Silo);
        var statuses = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            using var response = await attacked.Silo.Post("/api/v1/metrics", bomb, "application/json", coding);
            return response.StatusCode;
        }));
        // All at once they also use up what bodies may hold together, which is a 503.
        Assert.All(statuses, static status => Assert.True(
            status is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.ServiceUnavailable, status.ToString()));
        Assert.Contains(HttpStatusCode.RequestEntityTooLarge, statuses);
        await bystander.AssertServed();
        attacked.AssertBounded();
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0 }, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x11, 0 }, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x0F, 0, 1 }, HttpStatusCode.BadRequest)]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0 }, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, HttpStatusCode.BadRequest)]
    [InlineData(new byte[0], HttpStatusCode.BadRequest)]
    public async Task A_length_that_a_snappy_block_only_declares_is_not_believed(byte[] block, HttpStatusCode expected)
    {
        var statuses = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using var response = await attacked.Silo.Post("/api/v1/write", block, "application/x-protobuf", "snappy");
            return response.StatusCode;
        }));
        Assert.All(statuses, status => Assert.Equal(expected, status));
        attacked.AssertBounded();
    }

    [Theory]
    [InlineData("/api/v1/metrics", "application/json", null)]
    [InlineData("/api/v1/write", "application/x-protobuf", "snappy")]
    [InlineData("/api/v1/query", "application/json", null)]
    public async Task A_body_one_byte_over_the_limit_is_refused(string path, string type, string? coding)
    {
        var body = new byte[MaxBodyBytes + 1];
        body.AsSpan().Fill((byte)' ');
        await using var bystander = new Bystander(attacked.Silo);
        try
        {
            using var response = await attacked.Silo.Post(path, body, type, coding);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }
        catch (HttpRequestException e) when (e.InnerException is IOException)
        {
            // Refused by its Content-Length and hung up on while it was still being sent.
            Assert.False(attacked.Silo.Process.HasExited);
        }

        await bystander.AssertServed();
        attacked.AssertBounded();
    }

    [Theory]
    [InlineData("/api/v1/metrics", "[")]
    [InlineData("/api/v1/metrics", "{\"a\":")]
    [InlineData("/api/v1/metrics", "[{\"metric\":\"m\",\"value\":1,\"tags\":{\"a\":{\"b\":")]
    [InlineData("/api/v1/query", "[")]
    [InlineData("/api/v1/query", "{\"tags\":")]
    [InlineData("/api/v1/query/batch", "{\"queries\":[")]
    public async Task Deep_json_is_refused(string path, string nested)
    {
        var body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(nested, 500_000 / nested.Length)));
        using var response = await attacked.Silo.Post(path, body, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        attacked.AssertBounded();
    }

    [Fact]
    public async Task A_name_of_10_MB_is_refused_with_its_reason_and_the_points_beside_it_are_taken()
    {
        var nowMs = Clock.NowMs;
        using var response = await attacked.Silo.PostJson(
            [new Point(new string('x', 10_000_000), "k", "v", nowMs, 1), new Point("beside", "k", new string('y', 10_000_000), nowMs, 1), new Point("beside", "k", "v", nowMs, 1)]);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.StartsWith("{\"accepted\":1,", answer, StringComparison.Ordinal);
        Assert.True(answer.Length < 2000, "The answer repeats what was sent.");
    }

    [Fact]
    public async Task A_statsd_line_of_10_MB_is_dropped_and_the_next_one_is_taken()
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", attacked.TcpPort, TestContext.Current.CancellationToken);
        var before = await Lines();
        var line = new byte[10_000_001];
        line.AsSpan().Fill((byte)'x');
        line[^1] = (byte)'\n';
        await client.GetStream().WriteAsync(line, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("after.long:1|c\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await Eventually.Get(Lines, lines => lines > before);
        attacked.AssertBounded();
    }

    [Fact]
    public async Task A_point_with_100_thousand_tags_is_refused_at_every_edge()
    {
        var tags = Enumerable.Range(0, 100_000).Select(static i => (Name: $"tag{i}", Value: "v")).ToList();
        var json = "[{\"metric\":\"tagged\",\"value\":1,\"tags\":{" + string.Join(',', tags.Select(static t => $"\"{t.Name}\":\"v\"")) + "}}]";
        using var first = await attacked.Silo.Post("/api/v1/metrics", Encoding.UTF8.GetBytes(json), "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, first.StatusCode);
        Assert.Contains("tags", await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        using var second = await attacked.Silo.Post(
            "/api/v1/write", Bodies.RemoteWrite([("__name__", "tagged"), .. tags], Clock.NowMs, 1), "application/x-protobuf", "snappy");
        Assert.Equal(HttpStatusCode.BadRequest, second.StatusCode);

        var names = (await attacked.Silo.GetJson("/api/v1/metrics/names?prefix=tagged"))["metrics"]!.AsArray();
        Assert.Empty(names);
        attacked.AssertBounded();
    }

    private async Task<long> Lines() => (long?)(await attacked.Silo.GetJson("/api/v1/status/statsd"))["counts"]!["lines"] ?? 0;

    /// <summary>White space: JSON as long as it lasts.</summary>
    private static byte[] Bomb(string coding)
    {
        using var body = new MemoryStream();
        using (Stream compressor = coding switch
        {
            "gzip" => new GZipStream(body, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(body, CompressionLevel.Fastest),
            "br" => new BrotliStream(body, CompressionLevel.Fastest),
            _ => new ZstdSharp.CompressionStream(body),
        })
        {
            var block = new byte[1024 * 1024];
            block.AsSpan().Fill((byte)' ');
            for (var i = 0; i < BombBytes; i += block.Length)
            {
                compressor.Write(block);
            }
        }

        return body.ToArray();
    }
}

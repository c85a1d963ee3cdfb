using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Metrics.Gateway.Ingestion.Bodies;
using Microsoft.Extensions.DependencyInjection;
using Snappier;

namespace Metrics.Gateway.Tests.Ingestion.Bodies;

public sealed class CompressedBodyTests
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes(
        $"[{string.Join(',', Enumerable.Range(0, 2000).Select(i => $$"""{"metric":"m{{i % 10}}","tags":{"host":"h{{i}}"},"value":{{i}}}"""))}]");

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZIP")]
    [InlineData("deflate")]
    [InlineData("raw deflate")]
    [InlineData("zstd")]
    [InlineData("br")]
    [InlineData("identity")]
    public async Task Every_coding_is_read(string coding)
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await host.PostAsync("/api/v1/metrics", Compress(coding, Body), "application/json", coding.Split(' ')[^1]);

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal(2000, host.Writer.Points.Count);
        Assert.Equal(0, host.Services.GetRequiredService<BodyBudget>().Held);
    }

    [Theory]
    [InlineData("snappy")]
    [InlineData("compress")]
    [InlineData("gzip, gzip")]
    public async Task Another_coding_is_415(string coding)
    {
        await using var host = await IngestionHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/metrics") { Content = new ByteArrayContent(Body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", coding);

        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("raw deflate")]
    [InlineData("zstd")]
    [InlineData("br")]
    public async Task A_bomb_stops_at_the_limit(string coding)
    {
        await using var host = await IngestionHost.StartAsync(("Metrics:Ingest:MaxBodyBytes", "1000000"));
        var bomb = Compress(coding, new byte[300_000_000]);

        var answer = await host.PostAsync("/api/v1/metrics", bomb, "application/json", coding.Split(' ')[^1]);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Contains("1000000 bytes", answer.Body, StringComparison.Ordinal);
        Assert.Equal(0, host.Services.GetRequiredService<BodyBudget>().Held);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("br")]
    public async Task Garbage_and_truncated_bodies_are_400(string coding)
    {
        await using var host = await IngestionHost.StartAsync();
        var good = Compress(coding, Body);

        foreach (var body in (byte[][])[good[..^(good.Length / 2)], [.. Enumerable.Repeat((byte)0xa5, 500)], [0x28]])
        {
            var answer = await host.PostAsync("/api/v1/metrics", body, "application/json", coding);

            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        }

        Assert.Empty(host.Writer.Points);
        Assert.Equal(0, host.Services.GetRequiredService<BodyBudget>().Held);
    }

    [Fact]
    public async Task A_zstd_frame_with_a_huge_window_is_refused_before_the_window_is_made()
    {
        await using var host = await IngestionHost.StartAsync();
        byte[] frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00];

        var answer = await host.PostAsync("/api/v1/metrics", frame, "application/json", "zstd");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_not()
    {
        await using var host = await IngestionHost.StartAsync(("Metrics:Ingest:MaxBodyBytes", "5000"));
        var point = """{"metric":"m","value":1}""";

        foreach (var coding in (string[])["identity", "gzip", "zstd"])
        {
            var exact = Encoding.UTF8.GetBytes(point.PadRight(5000));
            var over = Encoding.UTF8.GetBytes(point.PadRight(5001));

            Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync("/api/v1/metrics", Compress(coding, exact), null, coding)).Status);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await host.PostAsync("/api/v1/metrics", Compress(coding, over), null, coding)).Status);
        }
    }

    [Fact]
    public async Task A_chunked_body_over_the_limit_is_413()
    {
        await using var host = await IngestionHost.StartAsync(("Metrics:Ingest:MaxBodyBytes", "5000"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/metrics") { Content = new ByteArrayContent(new byte[100_000]) };
        request.Headers.TransferEncodingChunked = true;

        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task A_snappy_length_over_the_limit_is_413_and_one_that_cannot_be_true_is_400()
    {
        await using var host = await IngestionHost.StartAsync();
        byte[] gigabytes = [0xff, 0xff, 0xff, 0xff, 0x07, 0x00];
        byte[] thirtyMegabytes = [0x80, 0x80, 0x80, 0x0f, 0x00, 0x41];
        byte[] tooLong = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        byte[] brokenOff = Snappy.CompressToArray(new byte[1000])[..^1];

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await WriteAsync(gigabytes));
        Assert.Equal(HttpStatusCode.BadRequest, await WriteAsync(thirtyMegabytes));
        Assert.Equal(HttpStatusCode.BadRequest, await WriteAsync(tooLong));
        Assert.Equal(HttpStatusCode.BadRequest, await WriteAsync(brokenOff));
        Assert.Equal(HttpStatusCode.BadRequest, await WriteAsync([]));
        Assert.Equal(0, host.Services.GetRequiredService<BodyBudget>().Held);

        async Task<HttpStatusCode> WriteAsync(byte[] body) =>
            (await host.PostAsync("/api/v1/write", body, "application/x-protobuf", "snappy")).Status;
    }

    [Fact]
    public async Task Bodies_under_way_share_a_budget_and_the_one_that_exceeds_it_is_503()
    {
        await using var host = await IngestionHost.StartAsync(
            ("Metrics:Ingest:MaxBodyBytes", "1048576"), ("Metrics:Ingest:MaxConcurrentBytes", "4194304"));
        var budget = host.Services.GetRequiredService<BodyBudget>();
        Assert.True(budget.TryReserve(4_194_304 - 100));

        var refused = await host.PostAsync("/api/v1/metrics", Body, null);
        budget.Release(4_194_304 - 100);
        var taken = await host.PostAsync("/api/v1/metrics", Body, null);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.Equal("1", refused.RetryAfter);
        Assert.Equal(HttpStatusCode.Accepted, taken.Status);
    }

    [Fact]
    public async Task A_chunk_of_an_impossible_length_is_400()
    {
        await using var host = await IngestionHost.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Address.Port, TestContext.Current.CancellationToken);

        await client.GetStream().WriteAsync(
            "POST /api/v1/metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFF\r\n[{"u8.ToArray(), TestContext.Current.CancellationToken);

        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith("HTTP/1.1 400 ", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sender_that_goes_away_half_way_gives_its_memory_back()
    {
        await using var host = await IngestionHost.StartAsync();
        var budget = host.Services.GetRequiredService<BodyBudget>();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, host.Address.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(
                "POST /api/v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n[{"u8.ToArray(), TestContext.Current.CancellationToken);
            await Wait.UntilAsync(() => budget.Held > 0);
        }

        await Wait.UntilAsync(() => budget.Held == 0);
        Assert.Empty(host.Writer.Points);
    }

    [Theory]
    [InlineData("Metrics:Ingest:MaxBodyBytes", "10", "Metrics:Ingest:MaxBodyBytes is 10; set it to a value from 1024 to 1073741824.")]
    [InlineData("Metrics:Ingest:MaxPoints", "0", "Metrics:Ingest:MaxPoints is 0; set it to a value from 1 to 10000000.")]
    [InlineData("Metrics:Ingest:Limits:MaxTags", "-1", "Metrics:Ingest:Limits:MaxTags is -1; set it to a value from 0 to 1024.")]
    [InlineData(
        "Metrics:Ingest:MaxConcurrentBytes",
        "1000",
        "Metrics:Ingest:MaxConcurrentBytes is 1000, less than four times Metrics:Ingest:MaxBodyBytes, which is 33554432: raise the first or lower the second.")]
    public async Task A_wrong_setting_stops_the_start_and_says_what_to_change(string setting, string value, string message)
    {
        var e = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => IngestionHost.StartAsync((setting, value)));

        Assert.Equal(message, e.Message);
    }

    private static byte[] Compress(string coding, byte[] bytes)
    {
        var result = new MemoryStream();
        using (Stream stream = coding.ToLowerInvariant() switch
        {
            "gzip" => new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(result, CompressionLevel.Fastest, leaveOpen: true),
            "raw deflate" => new DeflateStream(result, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(result, CompressionLevel.Fastest, leaveOpen: true),
            "zstd" => new ZstdSharp.CompressionStream(result, leaveOpen: true),
            _ => new BufferedStream(result),
        })
        {
            stream.Write(bytes);
            stream.Flush();
            if (coding == "identity")
            {
                return result.ToArray();
            }
        }

        return result.ToArray();
    }
}

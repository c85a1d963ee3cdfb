using System.Net;
using Snappier;
using static Metrics.Gateway.Tests.Ingestion.RemoteWrite.Proto;

namespace Metrics.Gateway.Tests.Ingestion.RemoteWrite;

public sealed class RemoteWriteEndpointTests
{
    private const string StaleMarkerMetric = "stale";

    [Theory]
    [InlineData("/api/v1/write")]
    [InlineData("/api/v1/push")]
    public async Task Samples_are_taken_with_204(string path)
    {
        await using var host = await IngestionHost.StartAsync();
        byte[] request =
        [
            .. Series(Label("__name__", "up"), Label("instance", "a:9100"), Label("job", "node"), Sample(1000, 1), Sample(2000, 0.5)),
            .. Series("load", 3000, -7.25),
        ];

        var answer = await PostAsync(host, request, path);

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Equal("", answer.Body);
        Assert.Equal(
            [("up{instance=\"a:9100\",job=\"node\"}", 1000L, 1d), ("up{instance=\"a:9100\",job=\"node\"}", 2000, 0.5), ("load{job=\"node\"}", 3000, -7.25)],
            host.Writer.Points.Select(p => (p.Series.ToString(), p.TimestampMs, p.Value)));
    }

    [Fact]
    public async Task A_request_of_more_samples_than_allowed_is_413_and_nothing_of_it_is_written()
    {
        await using var host = await IngestionHost.StartAsync(("Metrics:Ingest:MaxSamples", "2"));

        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(host, [.. Series("up", 1, 1), .. Series("load", 2, 2)])).Status);
        var answer = await PostAsync(host, [.. Series("up", 3, 3), .. Series("load", 4, 4), .. Series("up", 5, 5)]);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Contains("Metrics:Ingest:MaxSamples", answer.Body, StringComparison.Ordinal);
        Assert.Equal(2, host.Writer.Points.Count);
    }

    [Fact]
    public async Task A_series_is_parsed_once_however_often_it_is_sent()
    {
        await using var host = await IngestionHost.StartAsync();

        for (var i = 0; i < 4; i++)
        {
            await PostAsync(host, Series("up", i, i));
        }

        Assert.Equal(4, host.Writer.Points.Count);
        Assert.Equal(1, host.Writer.SlowAdds);
    }

    [Fact]
    public async Task Staleness_markers_and_infinities_arrive_bit_for_bit()
    {
        await using var host = await IngestionHost.StartAsync();
        double[] values = [BitConverter.UInt64BitsToDouble(0x7ff0000000000002), double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0d];

        foreach (var value in values)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(host, Series(StaleMarkerMetric, 1, value))).Status);
        }

        Assert.Equal(
            values.Select(BitConverter.DoubleToUInt64Bits),
            host.Writer.Points.Select(p => BitConverter.DoubleToUInt64Bits(p.Value)));
    }

    [Fact]
    public async Task Fields_in_any_order_and_unknown_ones_are_read()
    {
        await using var host = await IngestionHost.StartAsync();
        byte[] unknown = [.. Number(9, 5), .. Double(10, 1), .. Field(11, "x"), .. Varint((12 << 3) | 5), 1, 2, 3, 4];
        byte[] request =
        [
            .. unknown,
            .. Field(3, [.. Number(1, 1), .. Field(2, "up")]),
            .. Series(
                Sample(1000, 1),
                Label("__name__", "up"),
                Field(3, "exemplar"),
                unknown,
                Field(1, [.. unknown, .. Field(2, "node"), .. Field(1, "job")]),
                Field(2, [.. Number(2, 2000), .. unknown, .. Double(1, 2)]),
                Field(2, []),
                Field(2, Number(2, -5))),
        ];

        var answer = await PostAsync(host, request);

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Equal(
            [("up{job=\"node\"}", 1000L, 1d), ("up{job=\"node\"}", 2000, 2), ("up{job=\"node\"}", 0, 0), ("up{job=\"node\"}", -5, 0)],
            host.Writer.Points.Select(p => (p.Series.ToString(), p.TimestampMs, p.Value)));
    }

    [Fact]
    public async Task Scattered_labels_are_the_same_series_as_labels_side_by_side()
    {
        await using var host = await IngestionHost.StartAsync();

        await PostAsync(host, Series(Label("__name__", "up"), Label("job", "node"), Sample(1, 1)));
        await PostAsync(host, Series(Label("__name__", "up"), Sample(2, 2), Label("job", "node")));

        Assert.Equal(1, host.Writer.SlowAdds);
        Assert.Single(host.Writer.Points.Select(p => p.Series.Id).Distinct());
    }

    public static TheoryData<string, byte[]> BadLabels() => new()
    {
        { "labels has no __name__", Series(Label("job", "node"), Sample(1, 1)) },
        { "labels has no __name__", Series(Sample(1, 1)) },
        { "metric is empty", Series(Label("__name__", ""), Sample(1, 1)) },
        { "labels.__name__ is given twice", Series(Label("__name__", "a"), Label("__name__", "b"), Sample(1, 1)) },
        { "tags.job is given twice", Series(Label("__name__", "a"), Label("job", "b"), Label("job", "b"), Sample(1, 1)) },
        { "labels.job is not valid UTF-8", Series(Label("__name__", "a"), Field(1, [.. Field(1, "job"), .. Field(2, [0xff, 0xfe])]), Sample(1, 1)) },
        { "labels has a name that is not valid UTF-8", Series(Label("__name__", "a"), Field(1, [.. Field(1, [0xff]), .. Field(2, "x")]), Sample(1, 1)) },
        { "metric is longer than 256 bytes", Series(Label("__name__", new string('a', 257)), Sample(1, 1)) },
        { "labels has a name that is longer than 128 bytes", Series(Label("__name__", "a"), Label(new string('k', 129), "v"), Sample(1, 1)) },
        { "labels.k is longer than 1024 bytes", Series(Label("__name__", "a"), Label("k", new string('v', 1025)), Sample(1, 1)) },
        {
            "labels has 101 labels; at most 64 besides __name__ are allowed",
            Series([Label("__name__", "a"), .. Enumerable.Range(0, 100).Select(i => Label($"k{i}", "v")), Sample(1, 1)])
        },
    };

    [Theory]
    [MemberData(nameof(BadLabels), DisableDiscoveryEnumeration = true)]
    public async Task Bad_labels_are_400_and_the_good_series_are_written(string reason, byte[] series)
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await PostAsync(host, [.. Series("a", 1, 1), .. series, .. Series("b", 2, 2)]);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal($"1 of 3 samples were refused, the others were written. The first: {reason}\n", answer.Body);
        Assert.Equal(["a", "b"], host.Writer.Points.Select(p => p.Series.Metric));
    }

    [Fact]
    public async Task Sixty_four_labels_and_a_name_are_taken()
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await PostAsync(
            host, Series([Label("__name__", "a"), .. Enumerable.Range(0, 64).Select(i => Label($"k{i}", "v")), Sample(1, 1)]));

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
    }

    [Fact]
    public async Task Too_old_too_far_ahead_and_too_many_series_are_400_so_that_senders_do_not_repeat_them()
    {
        await using var host = await IngestionHost.StartAsync();
        await PostAsync(host, Series("a", 5000, 1));
        host.Writer.OldestMs = 1000;
        host.Writer.NewestMs = 9000;
        host.Writer.MaxSeries = 1;

        var answer = await PostAsync(
            host,
            [.. Series(Label("__name__", "a"), Label("job", "node"), Sample(4000, 2), Sample(10, 3), Sample(99_999, 4)), .. Series("b", 5000, 5)]);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.StartsWith("3 of 4 samples were refused, the others were written.", answer.Body, StringComparison.Ordinal);
        Assert.Equal([5000, 4000], host.Writer.Points.Select(p => p.TimestampMs));
    }

    [Fact]
    public async Task Malformed_protobuf_is_400_and_nothing_is_written()
    {
        await using var host = await IngestionHost.StartAsync();
        byte[] good = [.. Series("a", 1, 1), .. Series("b", 2, 2)];
        byte[][] bad =
        [
            good[..^1],
            [.. good, 0x0a],
            [.. good, 0x0a, 0x7f],
            [.. good, 0x00],
            [.. good, 0x0b],
            [.. good, .. Field(1, [0x0a, 0x05, 0x01])],
            [.. good, .. Series(Label("__name__", "c"), Field(2, [0x09, 1, 2]))],
            [.. good, .. Series(Label("__name__", "c"), Field(2, [0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]))],
            [.. good, .. Series(Field(1, [0x0a, 0x30]), Sample(1, 1))],
        ];

        foreach (var request in bad)
        {
            var answer = await PostAsync(host, request);

            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.Contains("Nothing was written.", answer.Body, StringComparison.Ordinal);
        }

        Assert.Empty(host.Writer.Points);
    }

    [Fact]
    public async Task An_empty_request_is_204()
    {
        await using var host = await IngestionHost.StartAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(host, [])).Status);
    }

    [Fact]
    public async Task Series_of_native_histograms_alone_are_passed_over()
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await PostAsync(host, Series(Label("__name__", "h"), Field(4, Number(1, 5))));

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Empty(host.Writer.Points);
    }

    [Fact]
    public async Task Remote_write_2_is_415()
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await host.PostAsync(
            "/api/v1/write", Snappy.CompressToArray(Series("a", 1, 1)), "application/x-protobuf;proto=io.prometheus.write.v2.Request", "snappy");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
        Assert.Contains("\"field\":\"Content-Type\"", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/x-protobuf", "gzip", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/html", "snappy", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-protobuf;proto=prometheus.WriteRequest", "snappy", HttpStatusCode.NoContent)]
    [InlineData(null, null, HttpStatusCode.NoContent)]
    public async Task Headers_say_what_the_body_is(string? contentType, string? encoding, HttpStatusCode expected)
    {
        await using var host = await IngestionHost.StartAsync();

        var answer = await host.PostAsync("/api/v1/write", Snappy.CompressToArray(Series("a", 1, 1)), contentType, encoding);

        Assert.Equal(expected, answer.Status);
    }

    [Fact]
    public async Task A_vmagent_may_send_zstd()
    {
        await using var host = await IngestionHost.StartAsync();
        using var zstd = new ZstdSharp.Compressor();

        var asked = await host.PostAsync("/api/v1/write?get_vm_proto_version=1", [], null);
        var answer = await host.PostAsync("/api/v1/write", zstd.Wrap(Series("a", 1, 1)).ToArray(), "application/x-protobuf", "zstd");

        Assert.Equal("1", asked.Body);
        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Single(host.Writer.Points);
    }

    [Fact]
    public async Task A_writer_that_cannot_write_is_503_so_that_senders_repeat()
    {
        await using var host = await IngestionHost.StartAsync();
        host.Writer.Unavailable = true;

        var answer = await PostAsync(host, Series("a", 1, 1));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal("1", answer.RetryAfter);
    }

    private static Task<IngestionHost.Answer> PostAsync(IngestionHost host, byte[] request, string path = "/api/v1/write") =>
        host.PostAsync(path, Snappy.CompressToArray(request), "application/x-protobuf", "snappy");
}

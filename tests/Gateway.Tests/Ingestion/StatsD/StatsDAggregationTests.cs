using System.Text;
using Metrics.Gateway.Ingestion.StatsD;

namespace Metrics.Gateway.Tests.Ingestion.StatsD;

public sealed class StatsDAggregationTests
{
    [Fact]
    public async Task A_counter_is_the_sum_of_the_interval_at_the_time_of_the_flush()
    {
        using var statsd = new StatsDHarness();
        statsd.Add("hits:1|c|#env:prod,host:a", "hits:2.5|c|#env:prod,host:a\nhits:-1|c|#env:prod,host:a");
        statsd.Time.Advance(TimeSpan.FromSeconds(10));

        var point = Assert.Single(await statsd.FlushAsync());

        Assert.Equal("""hits{env="prod",host="a"}""", point.Series.ToString());
        Assert.Equal(2.5, point.Value);
        Assert.Equal(IngestionHost.Start.AddSeconds(10).ToUnixTimeMilliseconds(), point.TimestampMs);
        Assert.Empty(await statsd.FlushAsync());
        statsd.Add("hits:7|c|#env:prod,host:a");
        Assert.Equal(7, await statsd.FlushOneAsync());
    }

    [Fact]
    public async Task A_sample_rate_scales_a_counter()
    {
        using var statsd = new StatsDHarness();
        statsd.Add("hits:3|c|@0.1|#a:b", "hits:1|c|#a:b|@0.5");

        Assert.Equal(32, await statsd.FlushOneAsync());
    }

    [Fact]
    public async Task A_gauge_keeps_its_value_and_is_written_when_it_was_sent()
    {
        using var statsd = new StatsDHarness();
        statsd.Add("temp:20|g", "temp:21.5|g");
        Assert.Equal(21.5, await statsd.FlushOneAsync());
        Assert.Empty(await statsd.FlushAsync());

        statsd.Add("temp:+3|g", "temp:-0.5|g");
        Assert.Equal(24, await statsd.FlushOneAsync());

        statsd.Add("temp:0|g\ntemp:-7|g");
        Assert.Equal(-7, await statsd.FlushOneAsync());
    }

    [Fact]
    public async Task A_set_counts_distinct_values_in_the_interval()
    {
        using var statsd = new StatsDHarness();
        statsd.Add("users:alice|s", "users:bob|s", "users:alice|s", "users:a:b|s");
        Assert.Equal(3, await statsd.FlushOneAsync());

        statsd.Add("users:alice|s");
        Assert.Equal(1, await statsd.FlushOneAsync());
    }

    [Theory]
    [InlineData(4000, 0)]
    [InlineData(100_000, 0.08)]
    public async Task A_large_set_is_estimated_in_bounded_memory(int distinct, double tolerance)
    {
        using var statsd = new StatsDHarness();
        for (var i = 0; i < distinct; i++)
        {
            statsd.Add($"users:user-{i}|s");
        }

        Assert.InRange(await statsd.FlushOneAsync(), distinct * (1 - tolerance), distinct * (1 + tolerance));
    }

    [Fact]
    public async Task Timers_histograms_and_distributions_are_one_distribution()
    {
        using var statsd = new StatsDHarness();
        statsd.Add("latency:3|ms", "latency:1|h", "latency:2|d", "latency:10:20:30|ms");

        var digest = Assert.Single(await statsd.FlushAsync()).Distribution!;

        Assert.Equal(6, digest.Count);
        Assert.Equal(66, digest.Sum);
        Assert.Equal(1, digest.Min);
        Assert.Equal(30, digest.Max);
        Assert.Empty(await statsd.FlushAsync());
    }

    [Fact]
    public async Task A_sampled_timer_counts_for_those_not_sent()
    {
        using var statsd = new StatsDHarness();
        statsd.Add("latency:100|ms|@0.1", "latency:10|ms");

        var digest = Assert.Single(await statsd.FlushAsync()).Distribution!;

        Assert.Equal(11, digest.Count, 9);
        Assert.Equal(1010, digest.Sum, 9);
    }

    [Fact]
    public async Task Very_many_values_of_a_timer_give_true_percentiles()
    {
        using var statsd = new StatsDHarness();
        for (var i = 1; i <= 20_000; i++)
        {
            statsd.Add($"latency:{(i * 7919) % 20_011}|ms");
        }

        var digest = Assert.Single(await statsd.FlushAsync()).Distribution!;

        Assert.Equal(20_000, digest.Count);
        Assert.InRange(digest.Quantile(0.5), 9_900, 10_110);
        Assert.InRange(digest.Quantile(0.99), 19_750, 19_870);
    }

    [Fact]
    public async Task Tags_in_another_order_are_the_same_series()
    {
        using var statsd = new StatsDHarness();
        statsd.Add("hits:1|c|#a:1,b:2", "hits:1|c|#b:2,a:1", "hits:1|c|#b:2,,a:1,");

        Assert.Equal(3, await statsd.FlushOneAsync());
        Assert.Equal(1, statsd.Aggregator.SeriesCount);
    }

    [Theory]
    [InlineData("hits:1|c|#flag", """hits{flag="true"}""")]
    [InlineData("hits:1|c|#url:http://x:80/", """hits{url="http://x:80/"}""")]
    [InlineData("hits:1|c|#a:,b:2", """hits{b="2"}""")]
    [InlineData("hits:1|c|#", "hits{}")]
    [InlineData("some name/with.odd-chars é:1|c", "some name/with.odd-chars é{}")]
    public async Task Names_and_tags_are_kept_as_they_are(string line, string series)
    {
        using var statsd = new StatsDHarness();
        statsd.Add(line);

        Assert.Equal(series, Assert.Single(await statsd.FlushAsync()).Series.ToString());
    }

    [Theory]
    [InlineData("hits:1|c|c:83c0a99c0a54c0c187f461c7980e9b57f3f6a8b0")]
    [InlineData("hits:1|c|T1656581400")]
    [InlineData("hits:1|c|#a:b|c:abc|e:it-false|card:low")]
    [InlineData("hits:+1|c")]
    [InlineData("hits:1e0|c")]
    [InlineData("hits:1.|c")]
    [InlineData("hits:.1e1|c")]
    public async Task Extensions_and_loose_numbers_are_tolerated(string line)
    {
        using var statsd = new StatsDHarness();
        statsd.Add(line);

        Assert.Equal(1, await statsd.FlushOneAsync());
        Assert.Equal(0, statsd.Counts.BadLines);
    }

    [Theory]
    [InlineData("_e{5,4}:title|text|#a:b")]
    [InlineData("_sc|name|0|d:1|h:host")]
    public async Task Events_and_service_checks_are_counted_apart(string line)
    {
        using var statsd = new StatsDHarness();
        statsd.Add(line);

        Assert.Equal((1, 1, 0), (statsd.Counts.Lines, statsd.Counts.UnsupportedLines, statsd.Counts.BadLines));
        Assert.Empty(await statsd.FlushAsync());
    }

    [Theory]
    [InlineData("hello", "has no colon after the name")]
    [InlineData(":1|c", "has no name")]
    [InlineData("hits:1", "has no type")]
    [InlineData("hits:|c", "has no value")]
    [InlineData("hits:1|", "has a type that is none of c, g, ms, h, d, s")]
    [InlineData("hits:1|x", "has a type that is none of c, g, ms, h, d, s")]
    [InlineData("hits:1|m", "has a type that is none of c, g, ms, h, d, s")]
    [InlineData("hits:abc|c", "has a value that is not a finite number")]
    [InlineData("hits: 1|c", "has a value that is not a finite number")]
    [InlineData("hits:NaN|g", "has a value that is not a finite number")]
    [InlineData("hits:Infinity|g", "has a value that is not a finite number")]
    [InlineData("hits:1e999|c", "has a value that is not a finite number")]
    [InlineData("hits:0x10|c", "has a value that is not a finite number")]
    [InlineData("hits:+-1|g", "has a value that is not a finite number")]
    [InlineData("hits:1|c|@0", "has a sample rate that is not from 1e-9 to 1")]
    [InlineData("hits:1|c|@1.5", "has a sample rate that is not from 1e-9 to 1")]
    [InlineData("hits:1|c|@1e-300", "has a sample rate that is not from 1e-9 to 1")]
    [InlineData("hits:1|c|@x", "has a sample rate that is not from 1e-9 to 1")]
    [InlineData("hits:1|c|", "has an empty section")]
    [InlineData("hits:1|c|?", "has a section that is neither @rate nor #tags")]
    [InlineData("hits:1|c|#a:1,a:2", "tags.a is given twice")]
    [InlineData("hits:1|c|#:1", "tags has an empty key")]
    public async Task A_bad_line_is_counted_with_its_reason_and_writes_nothing(string line, string reason)
    {
        using var statsd = new StatsDHarness();
        statsd.Add(line);

        var bad = Assert.Single(statsd.Aggregator.Snapshot().BadLines);
        Assert.Equal((line, reason, IngestionHost.Start), (bad.Line, bad.Reason, bad.At));
        Assert.Equal(1, statsd.Counts.BadLines);
        Assert.Empty(await statsd.FlushAsync());
        Assert.Equal(0, statsd.Aggregator.SeriesCount);
    }

    [Fact]
    public async Task Bad_lines_and_bad_values_do_not_sink_the_good_ones()
    {
        using var statsd = new StatsDHarness();
        statsd.Add("hits:1|c\r\ngarbage\r\n\r\nhits:2:x:3|c\n");

        Assert.Equal(6, await statsd.FlushOneAsync());
        Assert.Equal((3, 2), (statsd.Counts.Lines, statsd.Counts.BadLines));
    }

    [Fact]
    public async Task Invalid_UTF_8_is_a_bad_line()
    {
        using var statsd = new StatsDHarness();
        statsd.Aggregator.AddPacket([(byte)'a', 0xff, (byte)':', (byte)'1', (byte)'|', (byte)'c']);

        Assert.Equal("is not valid UTF-8", statsd.LastProblem);
        Assert.Equal("a.:1|c", statsd.Aggregator.Snapshot().BadLines[0].Line);
        Assert.Empty(await statsd.FlushAsync());
    }

    [Fact]
    public void Only_the_last_bad_lines_are_kept_cut_short()
    {
        using var statsd = new StatsDHarness();
        for (var i = 0; i < 100; i++)
        {
            statsd.Add($"line {i} {new string('x', 500)}");
        }

        var bad = statsd.Aggregator.Snapshot().BadLines;
        Assert.Equal(BadLineLog.Capacity, bad.Count);
        Assert.StartsWith("line 99 ", bad[0].Line, StringComparison.Ordinal);
        Assert.StartsWith("line 84 ", bad[^1].Line, StringComparison.Ordinal);
        Assert.All(bad, b => Assert.Equal(BadLineLog.ShownBytes + 1, b.Line.Length));
        Assert.Equal(100, statsd.Counts.BadLines);
    }

    [Fact]
    public async Task Another_type_for_the_same_series_waits_for_the_next_interval()
    {
        using var statsd = new StatsDHarness();
        statsd.Add("x:1|c", "x:5|g");
        Assert.Equal("gives the series another type than lines before it in the same interval", statsd.LastProblem);
        Assert.Equal(1, await statsd.FlushOneAsync());

        statsd.Add("x:5|g");
        Assert.Equal(5, await statsd.FlushOneAsync());
        statsd.Add("x:2|c");
        Assert.Equal(2, await statsd.FlushOneAsync());
        Assert.Equal(1, statsd.Aggregator.SeriesCount);
    }

    [Fact]
    public async Task New_series_beyond_the_limit_are_dropped_and_known_ones_go_on()
    {
        using var statsd = new StatsDHarness(o => o.MaxSeries = 2);
        statsd.Add("a:1|c", "b:1|c", "c:1|c", "a:1|c|#x:y", "b:1|c");

        Assert.Equal([1, 2], (await statsd.FlushAsync()).Select(p => p.Value));
        Assert.Equal(2, statsd.Counts.DroppedLines);
        Assert.Contains("Metrics:StatsD:MaxSeries (2)", statsd.LastProblem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spellings_of_one_series_are_bounded_too()
    {
        using var statsd = new StatsDHarness(o => o.MaxSeries = 1);
        for (var i = 0; i < 50; i++)
        {
            statsd.Add($"a:1|c|#x:y{new string(',', i)}");
        }

        Assert.Equal(50, await statsd.FlushOneAsync());
    }

    [Fact]
    public async Task Values_beyond_the_budget_are_dropped_until_the_flush()
    {
        using var statsd = new StatsDHarness(o => o.MaxBufferedValues = 1000);
        for (var i = 0; i < 1500; i++)
        {
            statsd.Add("t:1|ms");
        }

        Assert.Equal(1000, Assert.Single(await statsd.FlushAsync()).Distribution!.Count);
        Assert.Equal(500, statsd.Counts.DroppedValues);
        statsd.Add("t:1|ms");
        Assert.Single(await statsd.FlushAsync());
    }

    [Fact]
    public async Task An_idle_series_is_forgotten()
    {
        using var statsd = new StatsDHarness();
        statsd.Add("g:5|g", "idle:1|c");
        await statsd.FlushAsync();
        for (var i = 0; i < 5; i++)
        {
            statsd.Time.Advance(TimeSpan.FromMinutes(20));
            statsd.Add("g:+1|g");
            await statsd.FlushAsync();
        }

        Assert.Equal(1, statsd.Aggregator.SeriesCount);
        statsd.Add("g:+1|g");
        Assert.Equal(11, await statsd.FlushOneAsync());
        statsd.Time.Advance(TimeSpan.FromHours(3));
        await statsd.FlushAsync();
        Assert.Equal(0, statsd.Aggregator.SeriesCount);
        statsd.Add("g:+1|g");
        Assert.Equal(1, await statsd.FlushOneAsync());
    }

    [Fact]
    public async Task What_cannot_be_written_is_counted_as_dropped()
    {
        using var statsd = new StatsDHarness();
        statsd.Add("a:1|c", "b:1|c");
        statsd.Writer.Unavailable = true;
        Assert.Empty(await statsd.FlushAsync());
        statsd.Writer.Unavailable = false;
        statsd.Add("a:2|c");

        Assert.Equal(2, await statsd.FlushOneAsync());
        Assert.Equal((2, 1), (statsd.Counts.DroppedSamples, statsd.Counts.Samples));
    }

    [Fact]
    public async Task What_the_writer_refuses_is_counted_with_its_reason()
    {
        using var statsd = new StatsDHarness();
        statsd.Writer.MaxSeries = 1;
        statsd.Add("a:1|c", "b:1|c", "c:1|ms");

        Assert.Single(await statsd.FlushAsync());
        Assert.Equal(2, statsd.Counts.RefusedSamples);
        Assert.Equal("tags", statsd.LastRefusal.Field);
    }

    [Fact]
    public void A_line_over_the_limit_is_a_bad_line()
    {
        using var statsd = new StatsDHarness(o => o.MaxLineBytes = 64);
        statsd.Add($"{new string('a', 100)}:1|c\nok:1|c");

        Assert.Equal("is longer than 64 bytes (Metrics:StatsD:MaxLineBytes)", statsd.LastProblem);
        Assert.Equal(1, statsd.Aggregator.SeriesCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(128)]
    public async Task A_stream_is_cut_into_lines_wherever_it_is_read(int chunk)
    {
        using var statsd = new StatsDHarness(o => o.MaxLineBytes = 64);
        var lines = new StatsDLineBuffer(new byte[128], 64, statsd.Aggregator);
        var stream = Encoding.UTF8.GetBytes($"hits:1|c\n\nhits:2|c\r\n{new string('x', 1000)}:1|c\nhits:4|c\nhits:8|c");
        for (var i = 0; i < stream.Length;)
        {
            var read = Math.Min(Math.Min(chunk, lines.Free.Length), stream.Length - i);
            stream.AsMemory(i, read).CopyTo(lines.Free);
            lines.Advance(read);
            i += read;
        }

        lines.Complete();

        Assert.Equal(15, await statsd.FlushOneAsync());
        Assert.Equal((5, 1), (statsd.Counts.Lines, statsd.Counts.BadLines));
    }
}

using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Metrics.Gateway.Ingestion.StatsD;

namespace Metrics.Gateway.Tests.Ingestion.StatsD;

public sealed class StatsDPropertyTests
{
    [Property]
    public bool Counters_of_any_lines_add_up_as_in_a_plain_model((byte Name, short Value, bool Tagged)[] lines)
    {
        using var statsd = new StatsDHarness();
        var model = new Dictionary<string, double>();
        foreach (var (name, value, tagged) in lines)
        {
            statsd.Add($"m{name % 7}:{value.ToString(CultureInfo.InvariantCulture)}|c{(tagged ? "|#a:b" : "")}");
            var series = $"m{name % 7}{{{(tagged ? "a=\"b\"" : "")}}}";
            model[series] = model.GetValueOrDefault(series) + value;
        }

        var written = statsd.FlushAsync().GetAwaiter().GetResult();

        return written.Count == model.Count && written.All(p => model[p.Series.ToString()] == p.Value) && statsd.Counts.BadLines == 0;
    }

    [Property]
    public bool Gauges_follow_a_plain_model((bool Delta, short Value)[] lines)
    {
        using var statsd = new StatsDHarness();
        double model = 0;
        foreach (var (delta, value) in lines)
        {
            var number = Math.Abs((int)value).ToString(CultureInfo.InvariantCulture);
            statsd.Add(delta ? $"g:{(value < 0 ? '-' : '+')}{number}|g" : $"g:{number}|g");
            model = delta ? model + value : Math.Abs((int)value);
        }

        var written = statsd.FlushAsync().GetAwaiter().GetResult();

        return lines.Length == 0 ? written.Count == 0 : written.Single().Value == model;
    }

    [Property(MaxTest = 500)]
    public bool Timers_count_every_value_in_any_order(double[] values)
    {
        using var statsd = new StatsDHarness();
        var finite = values.Where(v => double.IsFinite(v) && Math.Abs(v) < 1e100).ToArray();
        foreach (var value in finite)
        {
            statsd.Add($"t:{value.ToString("R", CultureInfo.InvariantCulture)}|ms");
        }

        var written = statsd.FlushAsync().GetAwaiter().GetResult();

        return finite.Length == 0
            ? written.Count == 0
            : written.Single().Distribution is { } d && d.Count == finite.Length && d.Min == finite.Min() && d.Max == finite.Max();
    }

    [Property(MaxTest = 2000)]
    public bool Garbage_never_throws_and_every_line_is_accounted_for(byte[] packet)
    {
        using var statsd = new StatsDHarness();
        statsd.Aggregator.AddPacket(packet);
        _ = statsd.FlushAsync().GetAwaiter().GetResult();

        return statsd.Counts.BadLines + statsd.Counts.UnsupportedLines <= statsd.Counts.Lines;
    }

    [Property(MaxTest = 2000)]
    public bool A_line_with_a_changed_byte_never_throws(int position, byte value)
    {
        using var statsd = new StatsDHarness();
        var line = Encoding.UTF8.GetBytes("latency:12.5:3|ms|@0.5|#env:prod,host:a|c:abc");
        line[(int)((uint)position % line.Length)] = value;
        statsd.Aggregator.AddPacket(line);
        _ = statsd.FlushAsync().GetAwaiter().GetResult();

        return statsd.Counts.Lines <= 2;
    }

    [Property]
    public bool Distinct_values_below_the_capacity_are_counted_exactly(ushort[] values)
    {
        var sketch = new DistinctSketch();
        foreach (var value in values)
        {
            sketch.Add(BitConverter.GetBytes(value), seed: 5);
        }

        return sketch.Estimate == values.Distinct().Count();
    }
}

using Metrics.Core.Model;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>The sum of an interval's values, each divided by its sample rate.</summary>
internal sealed class CounterSlot(SeriesKey series) : StatsDSlot(series, StatsDKind.Counter)
{
    private double _sum;

    public override StatsDSample Take()
    {
        var sample = new StatsDSample(this, _sum);
        _sum = 0;
        HasValues = false;
        return sample;
    }

    protected override string? AddOne(ReadOnlySpan<byte> value, double rate, StatsDBudget budget)
    {
        if (!AsciiNumber.TryReadWhole(value, out var number) || !double.IsFinite(_sum + (number / rate)))
        {
            return NotANumber;
        }

        _sum += number / rate;
        HasValues = true;
        return null;
    }
}

/// <summary>The last value; one that begins with a sign moves it. The value outlives the interval, so that deltas add up.</summary>
internal sealed class GaugeSlot(SeriesKey series) : StatsDSlot(series, StatsDKind.Gauge)
{
    private double _value;

    public override StatsDSample Take()
    {
        HasValues = false;
        return new StatsDSample(this, _value);
    }

    protected override string? AddOne(ReadOnlySpan<byte> value, double rate, StatsDBudget budget)
    {
        if (!AsciiNumber.TryReadWhole(value, out var number))
        {
            return NotANumber;
        }

        number = value[0] is (byte)'+' or (byte)'-' ? _value + number : number;
        if (!double.IsFinite(number))
        {
            return NotANumber;
        }

        _value = number;
        HasValues = true;
        return null;
    }
}

/// <summary>The number of distinct values of an interval. A value may hold colons.</summary>
internal sealed class SetSlot(SeriesKey series, long seed) : StatsDSlot(series, StatsDKind.Set)
{
    // A hash in the set and in the queue, beside a timer's one number.
    private const int Cost = 4;

    private DistinctSketch _values = new();

    public override string? Add(ReadOnlySpan<byte> values, double rate, StatsDBudget budget) => AddOne(values, rate, budget);

    public override StatsDSample Take()
    {
        var sample = new StatsDSample(this, _values.Estimate);
        _values = new DistinctSketch();
        HasValues = false;
        return sample;
    }

    protected override string? AddOne(ReadOnlySpan<byte> value, double rate, StatsDBudget budget)
    {
        if (!budget.TryTake(Cost))
        {
            return StatsDBudget.Exhausted;
        }

        if (!_values.Add(value, seed))
        {
            budget.GiveBack(Cost);
        }

        HasValues = true;
        return null;
    }
}

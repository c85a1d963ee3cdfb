namespace Metrics.LoadGenerator.Data;

/// <summary>Gauges of three decimals that are scraped a few milliseconds early or late: what time series compress worst of what is usual.</summary>
internal sealed class JitteredGauge : ISampleSource
{
    private readonly NormalDeviates _deviates;
    private readonly double[] _values;
    private readonly int _jitterMs;

    /// <param name="series">Number of series.</param>
    /// <param name="seed">Of the values and times.</param>
    /// <param name="jitterMs">At most so early or late.</param>
    public JitteredGauge(int series, int seed, int jitterMs)
    {
        _deviates = new NormalDeviates(series, seed);
        _values = new double[series];
        _jitterMs = jitterMs;
        for (var i = 0; i < series; i++)
        {
            _values[i] = _deviates.Uniform(i) * 100;
        }
    }

    public GeneratedSample Next(int series, long nominalMs)
    {
        ref var value = ref _values[series];
        value += _deviates.Normal(series);
        var late = (long)Math.Floor(_deviates.Uniform(series) * ((2 * _jitterMs) + 1)) - _jitterMs;
        return new GeneratedSample(nominalMs + late, Math.Round(value, 3));
    }
}

namespace Metrics.LoadGenerator.Data;

/// <summary>
/// The values of TSBS' devops cases: a walk of normal steps kept within 0 to 100, of which the integer part is written, at exact
/// intervals.
/// </summary>
internal sealed class ClampedWalk : ISampleSource
{
    private readonly NormalDeviates _deviates;
    private readonly double[] _values;

    public ClampedWalk(int series, int seed)
    {
        _deviates = new NormalDeviates(series, seed);
        _values = new double[series];
        for (var i = 0; i < series; i++)
        {
            _values[i] = _deviates.Uniform(i) * 100;
        }
    }

    public GeneratedSample Next(int series, long nominalMs)
    {
        ref var value = ref _values[series];
        value = Math.Clamp(value + _deviates.Normal(series), 0, 100);
        return new GeneratedSample(nominalMs, Math.Truncate(value));
    }
}

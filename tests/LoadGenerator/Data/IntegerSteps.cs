namespace Metrics.LoadGenerator.Data;

/// <summary>Integers of 0 to 100 that move by rounded normal deviates: cheap enough to make while the server is measured.</summary>
internal sealed class IntegerSteps : ISampleSource
{
    private readonly Random _random;
    private readonly sbyte[] _values;

    public IntegerSteps(int series, Random random)
    {
        _random = random;
        _values = new sbyte[series];
        for (var i = 0; i < series; i++)
        {
            _values[i] = (sbyte)_random.Next(0, 101);
        }
    }

    public GeneratedSample Next(int series, long nominalMs)
    {
        // Shares of round(N(0, 1)) in 1/256: 0 has 98, each of +-1 has 62, each of +-2 has 16, the rest is +-3.
        var draw = _random.Next(256);
        var step = draw switch
        {
            < 98 => 0,
            < 160 => 1,
            < 222 => -1,
            < 238 => 2,
            < 254 => -2,
            254 => 3,
            _ => -3,
        };
        return new GeneratedSample(nominalMs, _values[series] = (sbyte)Math.Clamp(_values[series] + step, 0, 100));
    }
}

namespace Metrics.LoadGenerator.Data;

/// <summary>Uniform and normal deviates of many series, each from a SplitMix64 of its own: eight bytes a series.</summary>
internal sealed class NormalDeviates
{
    private readonly ulong[] _states;

    public NormalDeviates(int series, int seed)
    {
        _states = new ulong[series];
        for (var i = 0; i < series; i++)
        {
            _states[i] = Mix(((ulong)(uint)seed << 32) | (uint)i);
        }
    }

    /// <summary>From 0 up to 1, exclusive.</summary>
    public double Uniform(int series)
    {
        _states[series] += 0x9E3779B97F4A7C15;
        return (Mix(_states[series]) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Mean 0, standard deviation 1 (Box-Muller).</summary>
    public double Normal(int series)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - Uniform(series)));
        return radius * Math.Cos(2 * Math.PI * Uniform(series));
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}

using System.Globalization;

namespace Metrics.LoadGenerator.Tsbs;

/// <summary>What a server said: a value a metric, host ("" when hosts are taken together) and bucket start.</summary>
internal sealed class TsbsAnswer
{
    // Sums of the same values in another order differ in their last digits.
    private const double Tolerance = 1e-9;

    private readonly Dictionary<(string Metric, string Host, long BucketMs), double> _values = [];

    public int Count => _values.Count;

    public void Add(string metric, string host, long bucketMs, double value) => _values.Add((metric, host, bucketMs), value);

    /// <summary>The first difference between two answers; null when they say the same.</summary>
    public string? DifferenceFrom(TsbsAnswer other)
    {
        foreach (var (key, value) in _values)
        {
            if (!other._values.TryGetValue(key, out var theirs))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{key} is {value} here and missing there");
            }

            if (Math.Abs(value - theirs) > Tolerance * Math.Max(Math.Abs(value), Math.Abs(theirs)))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{key} is {value:R} here and {theirs:R} there");
            }
        }

        var missing = other._values.Keys.Where(key => !_values.ContainsKey(key)).Take(1).ToArray();
        return missing.Length == 0 ? null : $"{missing[0]} is missing here";
    }
}

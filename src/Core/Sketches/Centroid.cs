namespace Metrics.Core.Sketches;

/// <summary>
/// A weight at a mean. It is a <em>pile</em> when every point in it has exactly the value of the mean (a single point is a pile of
/// weight 1), and a <em>spread</em> when it stands for points of different values.
/// </summary>
internal readonly struct Centroid : IComparable<Centroid>
{
    // The sign carries the kind, which keeps a centroid at 16 bytes: negative is a spread.
    private readonly double _signedWeight;

    private Centroid(double mean, double signedWeight)
    {
        Mean = mean;
        _signedWeight = signedWeight;
    }

    public double Mean { get; }

    public double Weight => Math.Abs(_signedWeight);

    public bool IsPile => _signedWeight > 0;

    public static Centroid Pile(double value, double weight) => new(value, weight);

    public static Centroid Spread(double mean, double weight) => new(mean, -weight);

    public Centroid WithWeight(double weight) => new(Mean, IsPile ? weight : -weight);

    public Centroid WithMean(double mean) => new(mean, _signedWeight);

    /// <summary>The order of the means, which are never NaN.</summary>
    public int CompareTo(Centroid other) => Mean < other.Mean ? -1 : Mean > other.Mean ? 1 : 0;
}

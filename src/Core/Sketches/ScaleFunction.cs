namespace Metrics.Core.Sketches;

/// <summary>
/// The scale function k1(q) = δ/2π · asin(2q − 1). A centroid may cover at most one unit of k, so about 2π·√(q(1 − q))/δ of the whole:
/// wide in the middle, narrow at both tails, and at most δ centroids whatever the count.
/// </summary>
internal readonly struct ScaleFunction
{
    private readonly double _sinStep;
    private readonly double _cosStep;

    public ScaleFunction(double compression) => (_sinStep, _cosStep) = Math.SinCos(2 * Math.PI / compression);

    /// <summary>The quantile at which a centroid that starts at <paramref name="quantile"/> has to end.</summary>
    public double Next(double quantile)
    {
        // k1⁻¹(k1(q) + 1) by the sine of a sum, which needs one square root and no trigonometry.
        var sin = (2 * quantile) - 1;
        var cos = 2 * Math.Sqrt(Math.Max(0, quantile * (1 - quantile)));
        if (sin >= _cosStep)
        {
            return 1;
        }

        return ((sin * _cosStep) + (cos * _sinStep) + 1) / 2;
    }
}

namespace Metrics.Grains.Series;

/// <summary>How a silo's shard clock starts and ends the activations of its series.</summary>
[Alias("metrics.series.adoption")]
public interface ISeriesAdoption : IGrainWithGuidKey
{
    /// <summary>Activates the grain, which takes up the buffer that the fast lane made.</summary>
    [Alias("adopt")]
    ValueTask Adopt();

    /// <summary>Lets go of a series that nothing is written to any more. Its buffer stays.</summary>
    [Alias("release")]
    ValueTask Release();
}

namespace Metrics.Grains.Series;

/// <summary>How a silo's shard clock starts the activations of its series.</summary>
[Alias("metrics.series.adoption")]
public interface ISeriesAdoption : IGrainWithGuidKey
{
    /// <summary>Activates the grain, which takes up the buffer that the fast lane made.</summary>
    [Alias("adopt")]
    ValueTask Adopt();
}

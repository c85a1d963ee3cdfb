namespace Metrics.LoadGenerator.Data;

/// <summary>Encodes some series of a fleet at some times as one request body.</summary>
internal interface IBodyFormat
{
    /// <summary>Header lines of such a request, each with its line end.</summary>
    string Headers { get; }

    /// <param name="fleet">Asked for one value a sample, in order of series, then time.</param>
    /// <param name="first">First series.</param>
    /// <param name="count">Number of series.</param>
    /// <param name="startMs">Time of each series' first sample.</param>
    /// <param name="intervalMs">Time between a series' samples.</param>
    /// <param name="samples">Samples a series.</param>
    byte[] Encode(DevopsFleet fleet, int first, int count, long startMs, long intervalMs, int samples);
}

namespace Metrics.Core.Rollups;

/// <summary>How a row is stored.</summary>
internal enum RowKind : byte
{
    /// <summary>Few values: themselves, in order of time, on the chunk's grid. All figures follow from them.</summary>
    Points = 0,

    /// <summary>The same as float64.</summary>
    RawPoints = 1,

    /// <summary>The values never fall: the first is the least and the last is the greatest.</summary>
    Rising = 2,

    /// <summary>The values fall seldom, as a counter that began again: first value and increase are stored.</summary>
    Counter = 3,

    /// <summary>The values fall often: there is no first value and no increase.</summary>
    Gauge = 4,

    /// <summary>All figures as float64: what the others cannot hold (infinite values, counts that are not whole).</summary>
    Raw = 5,

    /// <summary>As a gauge, but the last value is no value of the rest: the mean of a distribution, stored as float64.</summary>
    Distribution = 6,
}

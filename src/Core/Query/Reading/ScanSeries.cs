using Metrics.Core.Model;
using Metrics.Core.Series;

namespace Metrics.Core.Query.Reading;

/// <summary>A series that a query reads.</summary>
/// <param name="Id">Its identity; not set where only memory is read.</param>
/// <param name="Live">Its buffer; null when memory has none of it.</param>
/// <param name="Group">The number of its group.</param>
/// <param name="UnsealedMs">The oldest sample that blocks may not have; <see cref="long.MaxValue"/> when there is none.</param>
/// <param name="Class">Which of the scan's plans it goes by.</param>
internal readonly record struct ScanSeries(SeriesId Id, LiveSeries? Live, int Group, long UnsealedMs, int Class);

using Metrics.Core.Blocks;

namespace Metrics.Core.Query.Planning;

/// <summary>A part of a query's range before the hot border, and the resolution that answers it.</summary>
/// <param name="FromMs">Inclusive: samples from here on, and rows that start here or later.</param>
/// <param name="ToMs">Exclusive.</param>
/// <param name="Resolution">What is read.</param>
/// <param name="IsExact">False where rows stand for more than one bucket or reach over an end of the range, because nothing finer is left.</param>
internal readonly record struct Stretch(long FromMs, long ToMs, Resolution Resolution, bool IsExact = true);

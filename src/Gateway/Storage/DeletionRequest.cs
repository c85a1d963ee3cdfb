using Metrics.Core.Query;

namespace Metrics.Gateway.Storage;

/// <summary>What a deletion asks for.</summary>
/// <param name="Selector">Which series.</param>
/// <param name="FromMs">Inclusive; <see cref="long.MinValue"/> when it was left out.</param>
/// <param name="ToMs">Exclusive; <see cref="long.MaxValue"/> when it was left out.</param>
/// <param name="ExpectedSeries">How many series match, as its sender says; null when that was left out.</param>
internal sealed record DeletionRequest(SeriesSelector Selector, long FromMs, long ToMs, long? ExpectedSeries);

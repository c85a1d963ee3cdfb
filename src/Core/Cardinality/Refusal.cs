using Metrics.Core.Model;

namespace Metrics.Core.Cardinality;

/// <summary>What is remembered of one metric's refused series.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Limit">The limit that the last one met.</param>
/// <param name="Count">Refused since the metric was last forgotten.</param>
/// <param name="Last">When the last one was refused.</param>
/// <param name="Examples">Tags of a few of them.</param>
internal sealed record Refusal(string Metric, Admission Limit, long Count, DateTimeOffset Last, IReadOnlyList<IReadOnlyList<Tag>> Examples);

using Metrics.Core.Query;

namespace Metrics.Gateway.Query;

/// <summary>What a listing asks for.</summary>
/// <param name="Selector">Only of series that satisfy it.</param>
/// <param name="Prefix">Only what starts with it (ordinal); empty for everything.</param>
/// <param name="Limit">At most so many.</param>
internal sealed record ListRequest(SeriesSelector Selector, string Prefix, int Limit);

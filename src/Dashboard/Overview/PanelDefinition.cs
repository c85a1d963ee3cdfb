using Metrics.Dashboard.Data;
using Metrics.Dashboard.Units;

namespace Metrics.Dashboard.Overview;

/// <summary>A chart of the overview.</summary>
/// <param name="Id">Its test id and the key of its state.</param>
/// <param name="Title">Heading.</param>
/// <param name="Unit">Of all its lines.</param>
/// <param name="Queries">Drawn together.</param>
/// <param name="Stacked">Areas on top of one another.</param>
public sealed record PanelDefinition(string Id, string Title, Unit Unit, IReadOnlyList<PanelQuery> Queries, bool Stacked = false);

/// <summary>A figure of the overview with the line that it is the end of.</summary>
/// <param name="Id">Its test id and the key of its state.</param>
/// <param name="Title">What it is.</param>
/// <param name="Unit">Of the figure.</param>
/// <param name="Query">Several lines are added up: the modes of a CPU.</param>
public sealed record TileDefinition(string Id, string Title, Unit Unit, PanelQuery Query);

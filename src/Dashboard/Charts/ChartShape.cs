namespace Metrics.Dashboard.Charts;

/// <summary>What <c>chart.js</c> needs besides the numbers.</summary>
/// <param name="FromMs">Left edge (epoch milliseconds).</param>
/// <param name="ToMs">Right edge.</param>
/// <param name="StepMs">Bucket length.</param>
/// <param name="Unit">Name of a <see cref="Units.Unit"/>.</param>
/// <param name="Stacked">Areas on top of one another.</param>
/// <param name="Spark">No axes and no tooltip: a line in a tile.</param>
/// <param name="Zero">The axis starts at zero.</param>
/// <param name="Series">The lines, in the order of their columns.</param>
public sealed record ChartShape(
    long FromMs, long ToMs, long StepMs, string Unit, bool Stacked, bool Spark, bool Zero, IReadOnlyList<ChartLine> Series);

/// <param name="Name">From data: drawn as text only.</param>
/// <param name="Colour">Index into the palette.</param>
/// <param name="Hidden">Switched off in the legend.</param>
public sealed record ChartLine(string Name, int Colour, bool Hidden);

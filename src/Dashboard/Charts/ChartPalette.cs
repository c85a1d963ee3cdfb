namespace Metrics.Dashboard.Charts;

/// <summary>The colours of lines: the custom properties <c>--chart-0</c> to <c>--chart-9</c> of the theme.</summary>
public static class ChartPalette
{
    public const int Size = 10;
}

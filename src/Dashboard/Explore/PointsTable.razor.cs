using System.Globalization;
using Metrics.Dashboard.Data;
using Metrics.Dashboard.Units;
using Microsoft.AspNetCore.Components;

namespace Metrics.Dashboard.Explore;

/// <summary>The points of a chart, newest first, a column a series.</summary>
public partial class PointsTable : ComponentBase
{
    private const int MostRows = 200;
    private const int MostColumns = 12;

    [Parameter]
    public ChartFrame? Frame { get; set; }

    [Parameter]
    public Unit Unit { get; set; }

    private List<ChartSeries> Columns => [.. Frame!.Series.Take(MostColumns)];

    private List<int> AllRows =>
        [.. Enumerable.Range(0, Frame!.TimestampsMs.Length).Reverse().Where(row => Columns.Exists(s => !double.IsNaN(s.Values[row])))];

    private IEnumerable<int> Rows => AllRows.Take(MostRows);

    private string? Note
    {
        get
        {
            var rows = AllRows.Count;
            var notes = new List<string>();
            if (rows > MostRows)
            {
                notes.Add($"The newest {MostRows} of {rows:N0} rows.");
            }

            if (Frame!.Series.Count > MostColumns)
            {
                notes.Add($"The first {MostColumns} of {Frame.Series.Count} series.");
            }

            return notes.Count == 0 ? null : string.Join(" ", notes);
        }
    }

    private string TimeOf(int row) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Frame!.TimestampsMs[row]).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

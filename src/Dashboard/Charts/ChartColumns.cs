using System.Runtime.InteropServices;
using Metrics.Dashboard.Data;

namespace Metrics.Dashboard.Charts;

/// <summary>
/// The numbers of a chart as they go to the browser: little-endian float64, the bucket starts and then each line's values. Bytes
/// travel as they are, where JSON would cost three times the size, a parse, and the NaN of a gap.
/// </summary>
public static class ChartColumns
{
    public static byte[] Encode(ChartFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var count = frame.TimestampsMs.Length;
        var columns = new double[count * (frame.Series.Count + 1)];
        for (var i = 0; i < count; i++)
        {
            columns[i] = frame.TimestampsMs[i];
        }

        for (var s = 0; s < frame.Series.Count; s++)
        {
            frame.Series[s].Values.CopyTo(columns, count * (s + 1));
        }

        return MemoryMarshal.AsBytes(columns.AsSpan()).ToArray();
    }
}

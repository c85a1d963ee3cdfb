using System.Globalization;

namespace Metrics.Dashboard.Units;

/// <summary>
/// Numbers as tiles, legends and tables show them: three significant digits and a prefix. The chart's axis does the same in
/// <c>wwwroot/js/units.js</c>.
/// </summary>
public static class UnitFormat
{
    public const string Nothing = "–";

    private static readonly string[] Binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    private static readonly string[] Decimal = ["", "k", "M", "G", "T", "P"];

    /// <summary>The number with its unit; a dash for NaN and infinities.</summary>
    public static string Format(double value, Unit unit)
    {
        if (!double.IsFinite(value))
        {
            return Nothing;
        }

        return unit switch
        {
            Unit.Percent => $"{Digits(value)} %",
            Unit.Bytes => Scale(value, 1024, Binary),
            Unit.BytesPerSecond => Scale(value, 1024, Binary) + "/s",
            Unit.Milliseconds => Duration(value / 1000),
            Unit.Seconds => Duration(value),
            Unit.PerSecond => Scale(value, 1000, Decimal) + "/s",
            _ => Scale(value, 1000, Decimal),
        };
    }

    private static string Scale(double value, double by, string[] prefixes)
    {
        var i = 0;
        // 999.5 would be rounded up to 1000: it belongs to the next prefix.
        while (i < prefixes.Length - 1 && Math.Abs(value) >= by * 0.9995)
        {
            value /= by;
            i++;
        }

        return prefixes[i].Length == 0 ? Digits(value) : $"{Digits(value)} {prefixes[i]}";
    }

    private static string Duration(double seconds)
    {
        var size = Math.Abs(seconds);
        return size switch
        {
            0 => "0 ms",
            < 0.0009995 => $"{Digits(seconds * 1e6)} µs",
            < 0.9995 => $"{Digits(seconds * 1e3)} ms",
            < 120 => $"{Digits(seconds)} s",
            < 7200 => $"{Digits(seconds / 60)} min",
            _ => $"{Digits(seconds / 3600)} h",
        };
    }

    private static string Digits(double value)
    {
        var size = Math.Abs(value);
        var format = size switch
        {
            0 => "0",
            < 0.001 => "0.##e0",
            < 0.9995 => "0.###",
            < 9.995 => "0.##",
            < 99.95 => "0.#",
            _ => "#,0",
        };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }
}

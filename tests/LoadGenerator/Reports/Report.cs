using System.Globalization;

namespace Metrics.LoadGenerator.Reports;

/// <summary>Prints figures, and appends them to a file as <c>label TAB name TAB value</c> for a table to be made of.</summary>
internal sealed class Report(string label, string? file)
{
    public void Add(string name, double value, string unit)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-28} {value,16:N2} {unit}"));
        Keep(name, value);
    }

    /// <summary>Appends a figure to the file without printing it.</summary>
    public void Keep(string name, double value)
    {
        if (file is not null)
        {
            File.AppendAllText(file, string.Create(CultureInfo.InvariantCulture, $"{label}\t{name}\t{value:R}\n"));
        }
    }

    /// <summary>Median, 95th and 99th percentile of measured times.</summary>
    /// <param name="name">What was timed.</param>
    /// <param name="milliseconds">Sorted in place.</param>
    public void AddLatency(string name, double[] milliseconds)
    {
        if (milliseconds.Length > 0)
        {
            Array.Sort(milliseconds);
            Add($"{name} p50", milliseconds[(milliseconds.Length - 1) / 2], "ms");
            Add($"{name} p95", milliseconds[(int)((milliseconds.Length - 1) * 0.95)], "ms");
            Add($"{name} p99", milliseconds[(int)((milliseconds.Length - 1) * 0.99)], "ms");
        }
    }
}

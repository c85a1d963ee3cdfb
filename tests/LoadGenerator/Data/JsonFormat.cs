using System.Globalization;
using System.Text;

namespace Metrics.LoadGenerator.Data;

/// <summary>The JSON body of <c>POST /api/v1/metrics</c>: one element a sample.</summary>
internal sealed class JsonFormat(DevopsFleet fleet) : IBodyFormat
{
    private readonly string[] _tags = [.. fleet.Tags.Select(static tags =>
        string.Join(',', tags.Select(static tag => $"\"{tag.Key}\":\"{tag.Value}\"")))];

    private readonly StringBuilder _text = new();

    public string Headers => "Content-Type: application/json\r\n";

    public byte[] Encode(DevopsFleet fleet, int first, int count, long startMs, long intervalMs, int samples)
    {
        _text.Clear().Append('[');
        for (var series = first; series < first + count; series++)
        {
            for (var i = 0; i < samples; i++)
            {
                var (milliseconds, value) = fleet.Next(series, startMs + (i * intervalMs));
                _text.Append(_text.Length > 1 ? "," : "")
                    .Append("{\"metric\":\"").Append(fleet.MetricOf(series))
                    .Append("\",\"tags\":{").Append(_tags[series / fleet.Fields])
                    .Append("},\"timestamp\":").Append(CultureInfo.InvariantCulture, $"{milliseconds / 1000m}")
                    .Append(",\"value\":").Append(CultureInfo.InvariantCulture, $"{value}").Append('}');
            }
        }

        return Encoding.UTF8.GetBytes(_text.Append(']').ToString());
    }
}

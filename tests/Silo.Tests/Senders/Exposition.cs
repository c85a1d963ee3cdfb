using System.Globalization;

namespace Metrics.Silo.Tests.Senders;

/// <summary>Reads what an exporter shows, in Prometheus' text format, as far as a node exporter uses it.</summary>
internal static class Exposition
{
    /// <summary>Values by series: metric and sorted labels, in one text. A label with an empty value is none.</summary>
    public static Dictionary<string, double> Read(string text)
    {
        var series = new Dictionary<string, double>();
        foreach (var line in text.Split('\n').Where(static l => l.Length > 0 && l[0] != '#'))
        {
            // Label values may hold spaces and braces; the value is behind the last space.
            var end = line.LastIndexOf(' ');
            series.Add(KeyOf(line[..end]), Number(line[(end + 1)..]));
        }

        return series;
    }

    public static string Key(string metric, IEnumerable<KeyValuePair<string, string>> labels) =>
        metric + string.Concat(labels.Where(static l => l.Value.Length != 0).OrderBy(static l => l.Key, StringComparer.Ordinal).Select(static l => $"|{l.Key}={l.Value}"));

    private static string KeyOf(string series)
    {
        var open = series.IndexOf('{', StringComparison.Ordinal);
        return open < 0 ? Key(series, []) : Key(series[..open], Labels(series[(open + 1)..^1]));
    }

    private static List<KeyValuePair<string, string>> Labels(string text)
    {
        var labels = new List<KeyValuePair<string, string>>();
        for (var at = 0; at < text.Length;)
        {
            var equals = text.IndexOf('=', at);
            var value = new System.Text.StringBuilder();
            var i = equals + 2;
            for (; text[i] != '"'; i++)
            {
                if (text[i] == '\\')
                {
                    i++;
                    value.Append(text[i] == 'n' ? '\n' : text[i]);
                }
                else
                {
                    value.Append(text[i]);
                }
            }

            labels.Add(new(text[at..equals].Trim(), value.ToString()));
            at = text.IndexOf(',', i) is var comma and >= 0 ? comma + 1 : text.Length;
        }

        return labels;
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}

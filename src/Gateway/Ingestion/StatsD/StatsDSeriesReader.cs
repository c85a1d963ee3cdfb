using System.Diagnostics.CodeAnalysis;
using System.Text;
using Metrics.Core.Model;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>Reads a line's name and tags into a key: once for a series, not once for a line.</summary>
internal static class StatsDSeriesReader
{
    /// <summary>The value of a tag that is a key alone.</summary>
    private const string Flag = "true";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool TryRead(
        in StatsDLine line,
        ModelLimits limits,
        [NotNullWhen(true)] out SeriesKey? key,
        out string problem)
    {
        key = null;
        problem = "";
        var tags = new List<Tag>();
        try
        {
            foreach (var range in line.Tags.Split((byte)','))
            {
                var tag = line.Tags[range];
                if (tag.IsEmpty)
                {
                    continue;
                }

                if (tags.Count == limits.MaxTags)
                {
                    problem = $"has more than {limits.MaxTags} tags";
                    return false;
                }

                var colon = tag.IndexOf((byte)':');
                tags.Add(colon < 0
                    ? new Tag(Strict.GetString(tag), Flag)
                    : new Tag(Strict.GetString(tag[..colon]), Strict.GetString(tag[(colon + 1)..])));
            }

            if (SeriesKey.TryCreate(Strict.GetString(line.Name), [.. tags], limits, out key, out var refused))
            {
                return true;
            }

            problem = $"{refused.Field} {refused.Reason}";
            return false;
        }
        catch (DecoderFallbackException)
        {
            problem = "is not valid UTF-8";
            return false;
        }
    }
}

using System.Globalization;

namespace Metrics.Core.Wal;

/// <summary>Segment files are named by their number: <c>000000000001.wal</c>.</summary>
internal static class SegmentName
{
    public const string Extension = ".wal";
    private const int Digits = 12;
    private const int MaxDigits = 17;

    public static string Of(long segment) => segment.ToString("D12", CultureInfo.InvariantCulture) + Extension;

    public static bool TryParse(string name, out long segment)
    {
        segment = 0;
        var digits = name.Length - Extension.Length;
        return name.EndsWith(Extension, StringComparison.Ordinal)
            && digits is >= Digits and <= MaxDigits
            && long.TryParse(name.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out segment)
            && segment > 0
            && Of(segment) == name;
    }
}

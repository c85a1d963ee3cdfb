using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Metrics.Core.Wal;

namespace Metrics.Core.Catalog;

/// <summary>
/// JSON for people whose first property, <c>crc32c</c>, is the CRC-32C of the whole text with eight zeros in its place.
/// </summary>
internal static class CheckedJson
{
    public const string NoCrc = "00000000";

    private static ReadOnlySpan<byte> Start => "{\n  \"crc32c\": \""u8;

    /// <param name="document">Its first property is <c>crc32c</c> and has <see cref="NoCrc"/>.</param>
    /// <param name="type">Of a context that indents, with <c>\n</c>.</param>
    public static byte[] Write<T>(T document, JsonTypeInfo<T> type)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(document, type);
        if (!text.AsSpan().StartsWith(Start) || !text.AsSpan(Start.Length).StartsWith("00000000"u8))
        {
            throw new ArgumentException("The first property must be crc32c.", nameof(document));
        }

        var crc = Crc32C.Compute(text);
        Encoding.ASCII.GetBytes(crc.ToString("x8", null), text.AsSpan(Start.Length));
        return text;
    }

    /// <exception cref="InvalidDataException">The text is not what was written.</exception>
    public static T Read<T>(byte[] text, JsonTypeInfo<T> type)
    {
        if (!text.AsSpan().StartsWith(Start) || text.Length < Start.Length + NoCrc.Length)
        {
            throw new InvalidDataException("it does not begin with its checksum");
        }

        var place = text.AsSpan(Start.Length, NoCrc.Length);
        var written = Encoding.ASCII.GetString(place);
        var copy = (byte[])text.Clone();
        copy.AsSpan(Start.Length, NoCrc.Length).Fill((byte)'0');
        if (Crc32C.Compute(copy).ToString("x8", null) != written)
        {
            throw new InvalidDataException("its checksum is wrong");
        }

        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw new InvalidDataException("it is null");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException(error.Message, error);
        }
    }
}

using System.Buffers;
using System.Text;

namespace Metrics.Core.Model;

/// <summary>The pieces of a series' canonical form: LEB128 lengths and UTF-8 strings.</summary>
internal static class CanonicalForm
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void WriteVarint(IBufferWriter<byte> destination, uint value)
    {
        var span = destination.GetSpan(5);
        var i = 0;
        while (value >= 0x80)
        {
            span[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[i++] = (byte)value;
        destination.Advance(i);
    }

    public static void WriteString(IBufferWriter<byte> destination, string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        WriteVarint(destination, (uint)bytes);
        var span = destination.GetSpan(bytes);
        destination.Advance(Encoding.UTF8.GetBytes(text, span));
    }

    public static bool TryReadVarint(ref ReadOnlySpan<byte> source, out uint value)
    {
        value = 0;
        for (var i = 0; i < 5 && i < source.Length; i++)
        {
            value |= (uint)(source[i] & 0x7f) << (7 * i);
            if (source[i] < 0x80)
            {
                source = source[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    public static bool TryReadString(ref ReadOnlySpan<byte> source, out string text)
    {
        text = "";
        if (!TryReadVarint(ref source, out var length) || length > source.Length)
        {
            return false;
        }

        try
        {
            text = Strict.GetString(source[..(int)length]);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        source = source[(int)length..];
        return true;
    }
}

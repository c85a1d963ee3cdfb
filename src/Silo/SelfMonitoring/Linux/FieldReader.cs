using System.Buffers.Text;

namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary>Takes lines, and fields between blanks, off the front of a text.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    /// <summary>The next line without its end; false when there is none.</summary>
    public bool TryReadLine(out FieldReader line)
    {
        if (_rest.IsEmpty)
        {
            line = default;
            return false;
        }

        var end = _rest.IndexOf((byte)'\n');
        line = new FieldReader(end < 0 ? _rest : _rest[..end]);
        _rest = end < 0 ? default : _rest[(end + 1)..];
        return true;
    }

    /// <summary>The next field; false when only blanks are left.</summary>
    public bool TryReadField(out ReadOnlySpan<byte> field)
    {
        _rest = _rest.TrimStart(" \t"u8);
        var end = _rest.IndexOfAny((byte)' ', (byte)'\t');
        field = end < 0 ? _rest : _rest[..end];
        _rest = _rest[field.Length..];
        return !field.IsEmpty;
    }

    /// <summary>What comes before a separator, with blanks trimmed; false when the separator is not there.</summary>
    public bool TryReadUntil(byte separator, out ReadOnlySpan<byte> field)
    {
        var end = _rest.LastIndexOf(separator);
        field = end < 0 ? default : _rest[..end].Trim(" \t"u8);
        _rest = end < 0 ? _rest : _rest[(end + 1)..];
        return end >= 0;
    }

    /// <summary>The next field as a whole number; false when it is none, or larger than a long.</summary>
    public bool TryReadInt64(out long value)
    {
        value = 0;
        return TryReadField(out var field) && Utf8Parser.TryParse(field, out value, out var used) && used == field.Length;
    }

    /// <summary>Skips fields; false when there are fewer.</summary>
    public bool TrySkip(int fields)
    {
        for (var i = 0; i < fields; i++)
        {
            if (!TryReadField(out _))
            {
                return false;
            }
        }

        return true;
    }
}

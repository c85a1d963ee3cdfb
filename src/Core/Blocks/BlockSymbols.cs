using System.Text;

namespace Metrics.Core.Blocks;

/// <summary>The texts of a block, each once, numbered in the order of their UTF-8 bytes. Strings are made when first asked for, and kept.</summary>
internal sealed class BlockSymbols
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Symbols share beginnings, so they may have more bytes than the file; by so much at most, for a reader to know what it has to allocate.
    private const int MostShared = 32;
    private const int SharedFreely = 64 * 1024;

    private readonly byte[] _utf8;
    private readonly int[] _starts;
    private readonly string?[] _texts;

    /// <exception cref="InvalidDataException">The bytes are not symbols.</exception>
    public BlockSymbols(ref ByteSource source)
    {
        var count = source.Count("the number of symbols");
        _starts = new int[count + 1];
        _texts = new string?[count];
        var declared = source.Int32(MostBytes(source.Remaining), "the bytes of all symbols");
        var utf8 = new ByteSink(declared);
        for (var i = 0; i < count; i++)
        {
            var before = i == 0 ? 0 : _starts[i - 1];
            var shared = source.Int32(utf8.Length - before, "what a symbol shares with the one before");
            var suffix = source.Take(source.Int32(source.Remaining, "the length of a symbol"));
            if (utf8.Length + (long)shared + suffix.Length > declared)
            {
                throw source.Damaged($"the symbols have more than {declared} bytes");
            }

            var text = utf8.Take(shared + suffix.Length);
            utf8.Written.Slice(before, shared).CopyTo(text);
            suffix.CopyTo(text[shared..]);
            _starts[i + 1] = utf8.Length;
            if (i > 0 && utf8.Written[_starts[i - 1].._starts[i]].SequenceCompareTo(text) >= 0)
            {
                throw source.Damaged($"symbol {i} is out of order");
            }
        }

        _utf8 = utf8.Written.ToArray();
        if (!System.Text.Unicode.Utf8.IsValid(_utf8) || !StartAtCharacters())
        {
            throw source.Damaged("a symbol is not UTF-8");
        }
    }

    /// <summary>What symbols may have in all that take so many bytes in the file.</summary>
    public static long MostBytes(long encoded) => SharedFreely + (MostShared * encoded);

    public int Count => _texts.Length;

    /// <summary>With all strings made.</summary>
    public long MemoryBytes => _utf8.Length * 3L + (Count * 48L);

    public bool IsEmpty(int symbol) => _starts[symbol] == _starts[symbol + 1];

    public ReadOnlySpan<byte> Utf8Of(int symbol) => _utf8.AsSpan(_starts[symbol].._starts[symbol + 1]);

    public string TextOf(int symbol)
    {
        if (Volatile.Read(ref _texts[symbol]) is { } known)
        {
            return known;
        }

        var text = Strict.GetString(Utf8Of(symbol));
        return Interlocked.CompareExchange(ref _texts[symbol], text, null) ?? text;
    }

    /// <summary>The number of a text, or -1.</summary>
    public int Find(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            var order = Utf8Of(middle).SequenceCompareTo(bytes);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    private bool StartAtCharacters()
    {
        foreach (var start in _starts)
        {
            if (start < _utf8.Length && (_utf8[start] & 0xC0) == 0x80)
            {
                return false;
            }
        }

        return true;
    }
}

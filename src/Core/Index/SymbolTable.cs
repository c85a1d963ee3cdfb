using System.Collections.Concurrent;

namespace Metrics.Core.Index;

/// <summary>
/// Strings as small positive numbers, one table a process and shared by the indexes of all its shards. Thread-safe;
/// looking up either way takes no lock. 0 is never a symbol and stands for "absent".
/// </summary>
/// <remarks>
/// The indexes hold what their series use and let go of it with the last series, so that values that come and go
/// (pods, sessions) do not pile up. A symbol that was let go keeps its text until <see cref="ReuseAfter"/> others were let go
/// too: a query that still carries it reads the right text.
/// </remarks>
public sealed class SymbolTable
{
    /// <summary>Symbols let go before the first of them stands for another text.</summary>
    public const int ReuseAfter = 65_536;

    private const int PageBits = 12;
    private const int PageSize = 1 << PageBits;
    private const int Free = -1;

    /// <summary>Far above what holders can reach, and far from overflow either way.</summary>
    private const int Pinned = 1 << 30;

    private readonly ConcurrentDictionary<string, int> _symbols = new(StringComparer.Ordinal);
    private readonly Queue<int> _released = new();
    private readonly Lock _gate = new();
    private Page[] _pages = [];
    private int _next = 1;

    /// <summary>Symbols in use.</summary>
    public int Count => _symbols.Count;

    /// <summary>The text of a symbol.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It was never handed out.</exception>
    public string this[int symbol]
    {
        get
        {
            var pages = Volatile.Read(ref _pages);
            var page = symbol >> PageBits;
            return (uint)page < (uint)pages.Length && pages[page].Texts[symbol & (PageSize - 1)] is { } text
                ? text
                : throw new ArgumentOutOfRangeException(nameof(symbol), symbol, "is not a symbol of this table");
        }
    }

    /// <summary>
    /// The symbol of a text, kept for the life of the process: for names that the process itself asks for, never for each
    /// value that comes in.
    /// </summary>
    public int GetOrAdd(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        lock (_gate)
        {
            var symbol = Find(text);
            HoldersOf(symbol) = Pinned;
            return symbol;
        }
    }

    /// <summary>The symbol of a text that some series uses; false, and 0, when none does.</summary>
    public bool TryGet(string text, out int symbol) => _symbols.TryGetValue(text, out symbol);

    /// <summary>The texts of some symbols in ordinal order.</summary>
    /// <param name="symbols">Distinct symbols.</param>
    /// <param name="limit">At most so many: the first ones.</param>
    public IReadOnlyList<string> InOrder(IReadOnlyCollection<int> symbols, int limit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        var texts = new List<string>(symbols.Count);
        foreach (var symbol in symbols)
        {
            texts.Add(this[symbol]);
        }

        texts.Sort(StringComparer.Ordinal);
        if (texts.Count > limit)
        {
            texts.RemoveRange(limit, texts.Count - limit);
        }

        return texts;
    }

    /// <summary>The symbol of a text, with one more holder.</summary>
    internal int Hold(string text)
    {
        lock (_gate)
        {
            var symbol = Find(text);
            ref var holders = ref HoldersOf(symbol);
            if (holders < Pinned)
            {
                holders++;
            }

            return symbol;
        }
    }

    /// <summary>One holder less; with the last one the text is forgotten.</summary>
    internal void Release(int symbol)
    {
        lock (_gate)
        {
            ref var holders = ref HoldersOf(symbol);
            if (holders >= Pinned || --holders > 0)
            {
                return;
            }

            holders = Free;
            _symbols.TryRemove(this[symbol], out _);
            _released.Enqueue(symbol);
        }
    }

    private int Find(string text)
    {
        if (_symbols.TryGetValue(text, out var symbol))
        {
            return symbol;
        }

        symbol = _released.Count > ReuseAfter ? _released.Dequeue() : _next++;
        if (symbol >> PageBits == _pages.Length)
        {
            Volatile.Write(ref _pages, [.. _pages, new Page()]);
        }

        HoldersOf(symbol) = 0;
        Volatile.Write(ref _pages[symbol >> PageBits].Texts[symbol & (PageSize - 1)], text);
        _symbols[text] = symbol;
        return symbol;
    }

    private ref int HoldersOf(int symbol) => ref _pages[symbol >> PageBits].Holders[symbol & (PageSize - 1)];

    private sealed class Page
    {
        public readonly string?[] Texts = new string?[PageSize];
        public readonly int[] Holders = new int[PageSize];
    }
}

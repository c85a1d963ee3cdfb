namespace Metrics.Core.Index;

/// <summary>
/// What an expression said of each symbol it was asked about, so that it is run once for a value however many series have it.
/// Thread-safe: a verdict lost between two threads is only found again.
/// </summary>
internal sealed class SymbolVerdicts
{
    private const int PageBits = 10;
    private const byte No = 1;
    private const byte Yes = 2;

    private byte[]?[] _pages = [];

    public bool TryGet(int symbol, out bool verdict)
    {
        var pages = Volatile.Read(ref _pages);
        var page = symbol >> PageBits;
        var found = page < pages.Length && pages[page] is { } bytes ? bytes[symbol & ((1 << PageBits) - 1)] : 0;
        verdict = found == Yes;
        return found != 0;
    }

    public void Set(int symbol, bool verdict)
    {
        var pages = Volatile.Read(ref _pages);
        var page = symbol >> PageBits;
        if (page >= pages.Length)
        {
            Array.Resize(ref pages, Math.Max(page + 1, pages.Length * 2));
            Volatile.Write(ref _pages, pages);
        }

        var bytes = pages[page] ??= new byte[1 << PageBits];
        bytes[symbol & ((1 << PageBits) - 1)] = verdict ? Yes : No;
    }
}

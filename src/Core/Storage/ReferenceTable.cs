using Metrics.Core.Series;

namespace Metrics.Core.Storage;

/// <summary>Series by their number in the logs. In pages: numbers are given out once, so that those in use may be far apart.</summary>
internal sealed class ReferenceTable
{
    /// <summary>A number beyond it is damage that a checksum did not see.</summary>
    public const uint MaxReference = 1u << 31;

    private const int PageBits = 12;
    private const int PageSize = 1 << PageBits;

    private LiveSeries?[]?[] _pages = new LiveSeries?[]?[256];

    public LiveSeries? this[uint reference]
    {
        get
        {
            var pages = _pages;
            var page = reference >> PageBits;
            return page < (uint)pages.Length && pages[page] is { } series ? series[reference & (PageSize - 1)] : null;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(reference, MaxReference);
            var page = (int)(reference >> PageBits);
            if (page >= _pages.Length)
            {
                Array.Resize(ref _pages, Math.Max(page + 1, _pages.Length * 2));
            }

            (_pages[page] ??= new LiveSeries?[PageSize])[reference & (PageSize - 1)] = value;
        }
    }
}

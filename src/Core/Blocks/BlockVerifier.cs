using System.Buffers;
using Metrics.Core.Wal;

namespace Metrics.Core.Blocks;

/// <summary>Reads all of one block. What is damaged is noted, and the next part is looked at all the same, as long as it can be found.</summary>
internal sealed class BlockVerifier(IBlockFile file, string name)
{
    private const int WindowBytes = 1024 * 1024;

    private readonly BlockBytes _bytes = new(file, name);
    private readonly List<string> _problems = [];
    private byte[] _window = [];
    private long _windowAt;
    private long _samples;
    private (long Min, long Max) _range = (long.MaxValue, long.MinValue);

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellation)
    {
        if (await TryAsync(() => _bytes.ReadFooterAsync(cancellation)) is not { } footer)
        {
            // Nothing else can be found without it.
            return _problems;
        }

        var magic = await _bytes.ReadAsync("start", 0, BlockFormat.Magic.Length, cancellation);
        if (!magic.AsSpan().SequenceEqual(BlockFormat.Magic))
        {
            _problems.Add(_bytes.Damaged("start", 0, "it is not that of a block").Message);
        }

        if (await TryAsync(() => _bytes.ReadSeriesAsync(footer, cancellation)) is { } table)
        {
            CheckOrder(new BlockReader(name, file.Length, footer, table), footer.IndexOffset);
        }

        foreach (var entry in footer.Pages)
        {
            if (await TryAsync(async () => _bytes.ParsePage(entry, await _bytes.ReadAsync("directory page", entry.Offset, entry.Length, cancellation))) is { } page)
            {
                await CheckChunksAsync(entry, page, cancellation);
            }
        }

        if (_problems.Count == 0 && (_samples != footer.Samples || _range != (footer.MinMs, footer.MaxMs)))
        {
            _problems.Add(_bytes.Damaged(
                "footer", footer.End, $"it says {footer.Samples} samples from {footer.MinMs} to {footer.MaxMs}; there are {_samples} from {_range.Min} to {_range.Max}").Message);
        }

        return _problems;
    }

    private void CheckOrder(BlockReader reader, long offset)
    {
        var (form, previous) = (new ArrayBufferWriter<byte>(256), new ArrayBufferWriter<byte>(256));
        for (var row = 0; row < reader.SeriesCount; row++)
        {
            (form, previous) = (previous, form);
            form.ResetWrittenCount();
            reader.WriteCanonical(row, form);
            if (row > 0 && form.WrittenSpan.SequenceCompareTo(previous.WrittenSpan) <= 0)
            {
                _problems.Add(_bytes.Damaged("series index", offset, $"series {row} is out of order").Message);
                return;
            }
        }
    }

    private async Task CheckChunksAsync(PageEntry entry, DirectoryPage page, CancellationToken cancellation)
    {
        var chunks = new List<(int Row, ChunkMeta Chunk)>();
        for (var row = entry.FirstRow; row < entry.FirstRow + entry.Rows; row++)
        {
            chunks.Clear();
            page.Read(row, long.MinValue, long.MaxValue, chunks);
            foreach (var (_, chunk) in chunks)
            {
                _samples += chunk.Count;
                _range = (Math.Min(_range.Min, chunk.MinMs), Math.Max(_range.Max, chunk.MaxMs));
                var at = await FillAsync(chunk, entry.DataOffset + entry.DataBytes, cancellation);
                if (Crc32C.Compute(_window.AsSpan(at, chunk.Length)) != chunk.Crc)
                {
                    _problems.Add(_bytes.Damaged("chunk", chunk.Offset, $"the checksum of its {chunk.Length} bytes is wrong (series {row})").Message);
                }
            }
        }
    }

    /// <summary>Has the window hold a chunk, and what follows it.</summary>
    /// <returns>Where it begins in the window.</returns>
    private async ValueTask<int> FillAsync(ChunkMeta chunk, long end, CancellationToken cancellation)
    {
        if (chunk.Offset < _windowAt || chunk.Offset + chunk.Length > _windowAt + _window.Length)
        {
            _window = [];
            _window = await _bytes.ReadAsync("chunks", chunk.Offset, (int)Math.Max(chunk.Length, Math.Min(WindowBytes, end - chunk.Offset)), cancellation);
            _windowAt = chunk.Offset;
        }

        return (int)(chunk.Offset - _windowAt);
    }

    private async Task<T?> TryAsync<T>(Func<ValueTask<T>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (BlockDamagedException e)
        {
            _problems.Add(e.Message);
            return null;
        }
    }
}

using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Files;
using Metrics.Core.Model;

namespace Metrics.Core.Maintenance;

/// <summary>A block on its way to local disk; the file is made with the first chunk, and gone again unless it was kept.</summary>
internal sealed class BlockOutput(
    IFileSystem files, ShardStore store, Resolution resolution, long fromMs, long toMs, long sequence) : IDisposable
{
    private IFile? _file;
    private BlockWriter? _writer;
    private string _name = "";
    private string _path = "";
    private SeriesKey? _pendingSeries;
    private bool _kept;

    public Resolution Resolution => resolution;

    public long Samples => _writer?.Samples ?? 0;

    /// <summary>The chunks that follow are of this series.</summary>
    public void BeginSeries(SeriesKey key) => _pendingSeries = key;

    public void Add(in ChunkMeta meta, ReadOnlySpan<byte> bytes)
    {
        _writer ??= Create();
        if (_pendingSeries is { } key)
        {
            _writer.BeginSeries(key);
            _pendingSeries = null;
        }

        _writer.AddChunk(meta, bytes);
    }

    /// <summary>Writes index and footer, and flushes.</summary>
    /// <returns>Null when nothing was added.</returns>
    public NewBlock? Finish(bool rolledUp, long nowMs)
    {
        if (_writer is null)
        {
            return null;
        }

        var summary = _writer.Finish();
        _file!.FlushToDisk();
        _writer.Dispose();
        _file.Dispose();
        (_writer, _file) = (null, null);
        files.FlushDirectory(Path.GetDirectoryName(_path)!);
        return new NewBlock(
            new BlockInfo(
                _name, resolution, fromMs, toMs, summary.MinMs, summary.MaxMs, summary.Series, summary.Samples, summary.Bytes, sequence, rolledUp, nowMs),
            _path);
    }

    /// <summary>The catalog has it: the file stays.</summary>
    public void Keep() => _kept = true;

    public void Dispose()
    {
        _writer?.Dispose();
        _file?.Dispose();
        (_writer, _file) = (null, null);
        if (!_kept && _path.Length != 0)
        {
            try
            {
                files.Delete(_path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A file that no change speaks of is swept at the next start.
                _path = "";
            }
        }
    }

    private BlockWriter Create()
    {
        (_name, _path) = store.NewBlockPath(resolution, fromMs, toMs, sequence);
        _file = files.Open(_path, FileOpening.CreateNew);
        return new BlockWriter(_file, resolution, store.Shard, fromMs, toMs, sequence);
    }
}

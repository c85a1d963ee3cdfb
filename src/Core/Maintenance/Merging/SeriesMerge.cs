using Metrics.Core.Catalog;
using Metrics.Core.Model;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>Several blocks as one: their series in the order of canonical forms, each with the chunks that any of them has.</summary>
internal sealed class SeriesMerge : IDisposable
{
    private readonly List<OpenBlock> _blocks = [];
    private readonly List<BlockCursor> _waiting = [];
    private readonly List<BlockCursor> _at = [];

    private SeriesMerge()
    {
    }

    public SeriesKey Key => _at[0].Key;

    public static async ValueTask<SeriesMerge> OpenAsync(
        IBlockFiles files, int shard, IEnumerable<BlockInfo> blocks, long fromMs, long toMs, CancellationToken cancellation)
    {
        var merge = new SeriesMerge();
        try
        {
            foreach (var info in blocks)
            {
                var block = await OpenBlock.OpenAsync(files, shard, info, cancellation);
                merge._blocks.Add(block);

                // All of them are moved on before the first series.
                merge._at.Add(new BlockCursor(block, fromMs, toMs));
            }

            return merge;
        }
        catch
        {
            merge.Dispose();
            throw;
        }
    }

    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellation)
    {
        foreach (var cursor in _at)
        {
            if (await cursor.MoveNextAsync(cancellation))
            {
                _waiting.Add(cursor);
            }
        }

        _at.Clear();
        if (_waiting.Count == 0)
        {
            return false;
        }

        var least = _waiting[0];
        for (var i = 1; i < _waiting.Count; i++)
        {
            // Names are built and compared only where the series differ.
            if (_waiting[i].Id != least.Id && _waiting[i].Form.SequenceCompareTo(least.Form) < 0)
            {
                least = _waiting[i];
            }
        }

        _at.Add(least);
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            if (_waiting[i] == least)
            {
                _waiting.RemoveAt(i);
            }
            else if (_waiting[i].Id == least.Id)
            {
                _at.Add(_waiting[i]);
                _waiting.RemoveAt(i);
            }
        }

        return true;
    }

    /// <summary>Adds the chunks of the series that it is at.</summary>
    public async ValueTask LoadAsync(SeriesChunks into, CancellationToken cancellation)
    {
        foreach (var cursor in _at)
        {
            await cursor.LoadAsync(into, cancellation);
        }
    }

    public void Dispose() => _blocks.ForEach(static b => b.Dispose());
}

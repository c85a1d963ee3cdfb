using System.Buffers;
using Metrics.Core.Blocks;

namespace Metrics.Core.Query.Reading;

/// <summary>Reads the bytes of chunks: neighbours in one read, remote reads side by side.</summary>
internal sealed class ChunkFetcher(BlockReadContext context)
{
    /// <summary>Bytes between two chunks that are cheaper to read than to ask for the second one by itself.</summary>
    private const int MaxGap = 32 * 1024;

    private const int MaxRun = 4 * 1024 * 1024;

    private readonly PendingReads _pending = new();
    private readonly List<byte[]> _buffers = [];

    /// <summary>Gets the bytes of the chunks of some series that are to be decoded, and checks them.</summary>
    /// <param name="gatherer">Has the chunks: those of a block lie in its order.</param>
    /// <param name="fromSlot">The first series of the batch.</param>
    /// <param name="toSlot">The last one, exclusive.</param>
    public async ValueTask FetchAsync(ChunkGatherer gatherer, int fromSlot, int toSlot)
    {
        var at = 0;
        while (TakeRun(gatherer.Refs, fromSlot, toSlot, ref at, out var run))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(run.Length);
            _buffers.Add(buffer);
            await _pending.AddAsync(ReadAsync(gatherer, run, buffer));
        }

        await _pending.WaitAsync();
        context.Budget.TakeSamples(0);
    }

    /// <summary>The bytes of the last fetch are used up.</summary>
    public void Release()
    {
        foreach (var buffer in _buffers)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _buffers.Clear();
    }

    private static bool TakeRun(Span<ChunkRef> refs, int fromSlot, int toSlot, ref int at, out Run run)
    {
        while (at < refs.Length && !IsWanted(refs[at], fromSlot, toSlot))
        {
            at++;
        }

        if (at == refs.Length)
        {
            run = default;
            return false;
        }

        var first = at;
        var use = refs[at].Use;
        var start = refs[at].Meta.Offset;
        var end = start + refs[at].Meta.Length;
        for (at++; at < refs.Length; at++)
        {
            ref readonly var next = ref refs[at];
            if (!IsWanted(next, fromSlot, toSlot))
            {
                continue;
            }

            var nextEnd = next.Meta.Offset + next.Meta.Length;
            if (next.Use != use || next.Meta.Offset < start || next.Meta.Offset > end + MaxGap || nextEnd - start > MaxRun)
            {
                break;
            }

            end = Math.Max(end, nextEnd);
        }

        run = new Run(first, at, fromSlot, toSlot, start, (int)(end - start));
        return true;
    }

    private static bool IsWanted(in ChunkRef chunk, int fromSlot, int toSlot) =>
        chunk.Mode == ReadMode.Decode && chunk.Slot >= fromSlot && chunk.Slot < toSlot;

    private async ValueTask ReadAsync(ChunkGatherer gatherer, Run run, byte[] buffer)
    {
        var use = gatherer.Refs[run.First].Use;
        try
        {
            if (use.Failure is null)
            {
                await use.File.ReadAsync(run.Offset, buffer.AsMemory(0, run.Length), context.Cancellation);
                HandOut(gatherer.Refs, run, buffer);
                return;
            }
        }
        catch (Exception e) when (BlockUse.IsFailure(e))
        {
            use.Fail(e);
        }

        foreach (ref var chunk in gatherer.Refs[run.First..run.End])
        {
            if (IsWanted(chunk, run.FromSlot, run.ToSlot) && chunk.Buffer is null)
            {
                chunk.Mode = ReadMode.Skip;
            }
        }
    }

    /// <exception cref="BlockDamagedException">A checksum is wrong; the chunks before have their bytes.</exception>
    private static void HandOut(Span<ChunkRef> refs, in Run run, byte[] buffer)
    {
        foreach (ref var chunk in refs[run.First..run.End])
        {
            if (IsWanted(chunk, run.FromSlot, run.ToSlot))
            {
                var offset = (int)(chunk.Meta.Offset - run.Offset);
                chunk.Use.Reader.Check(chunk.Meta, buffer.AsSpan(offset, chunk.Meta.Length));
                (chunk.Buffer, chunk.BufferOffset) = (buffer, offset);
            }
        }
    }

    private readonly record struct Run(int First, int End, int FromSlot, int ToSlot, long Offset, int Length);
}

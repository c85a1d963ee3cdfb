using System.Numerics;
using System.Runtime.InteropServices;
using Metrics.Core.Index;
using Metrics.Core.Ingestion;
using Metrics.Core.Query;
using Metrics.Core.Series;
using Metrics.Core.Wal;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Storage;

/// <content>What sealing needs of the engine: cuts of the log, and what is behind them.</content>
public sealed partial class StorageEngine
{
    private readonly AppendEpochs _epochs = new();
    private readonly SegmentTimes _segmentTimes = new();

    /// <summary>One at a time: cuts and deletions, each of which has to know what came before it.</summary>
    private readonly SemaphoreSlim _cutGate = new(1, 1);
    private readonly SemaphoreSlim _sealedGate = new(1, 1);
    private readonly SemaphoreSlim _drainGate = new(1, 1);

    /// <summary>Replayed samples that were not put into memory because blocks have them.</summary>
    public long PassedOverSamples { get; private set; }

    /// <summary>Bytes that the chunks in memory take.</summary>
    public long MemoryBytes => Pool.UsedBytes;

    /// <summary>The highest timestamp below which a shard was marked as sealed: after a start, memory may lack older samples.</summary>
    public long SealedBelowMs(int shard) => Volatile.Read(ref _sealed).HighestMs[shard];

    /// <summary>The oldest sample of a shard that no block has; <see cref="long.MaxValue"/> when there is none. Asks every series.</summary>
    public static long OldestUnsealedMs(Shard shard)
    {
        ArgumentNullException.ThrowIfNull(shard);
        var oldest = long.MaxValue;
        foreach (var series in shard.All())
        {
            oldest = Math.Min(oldest, series.OldestUnsealedMs);
        }

        return oldest;
    }

    /// <summary>
    /// Starts a new segment of the samples' log and waits for the appends under way: every sample in an older segment is in memory
    /// when this returns.
    /// </summary>
    /// <returns>The number of the new segment.</returns>
    /// <exception cref="WriteUnavailableException">The log cannot be written now.</exception>
    public async Task<long> CutLogAsync(CancellationToken cancellation = default)
    {
        ThrowIfNotReady();
        await _cutGate.WaitAsync(cancellation);
        try
        {
            var segment = await StartSegmentAsync(_samples!);
            await DrainAsync(cancellation);
            return segment;
        }
        finally
        {
            _cutGate.Release();
        }
    }

    /// <summary>
    /// Says that every sample of a shard with a timestamp below <paramref name="belowMs"/> and logged before segment
    /// <paramref name="segment"/> is durably in blocks. Remembered on disk, so that a replay passes over them; once all shards have said so, the
    /// segments that hold nothing else are deleted.
    /// </summary>
    /// <exception cref="IOException">It could not be remembered; say it again.</exception>
    public async Task MarkSealedAsync(int shard, long segment, long belowMs, CancellationToken cancellation = default)
    {
        ThrowIfNotReady();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)shard, (uint)_shards.Length, nameof(shard));
        await _sealedGate.WaitAsync(cancellation);
        try
        {
            var marked = _sealed.With(shard, new(segment, belowMs), _samples!.OldestSegment, Volatile.Read(ref _lastReference));
            marked.Write(_files, Directory);
            Volatile.Write(ref _sealed, marked);
            RemoveSealedSegments();
            await CompactDefinitionsAsync(cancellation);
        }
        finally
        {
            _sealedGate.Release();
        }
    }

    /// <summary>
    /// Deletes from memory what a selector matches in a range, and logs that, so that a replay does too.
    /// </summary>
    /// <returns>Series that had anything, and samples deleted.</returns>
    /// <exception cref="ArgumentException">The selector cannot be used.</exception>
    /// <exception cref="WriteUnavailableException">The log cannot be written now; nothing was deleted.</exception>
    public async Task<(int Series, long Samples)> DeleteAsync(
        int shard, SeriesSelector selector, long fromMs, long toMs, CancellationToken cancellation = default)
    {
        ThrowIfNotReady();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)shard, (uint)_shards.Length, nameof(shard));
        if (!CompiledSelector.TryCompile(selector, out var compiled, out var problem))
        {
            throw new ArgumentException($"{problem.Field} {problem.Reason}", nameof(selector));
        }

        var record = new DeletionRecord(shard, selector, fromMs, toMs).Write();
        await _cutGate.WaitAsync(cancellation);
        try
        {
            await LogRecord(_samples!, WalRecords.Deletion, record, cancellation);

            // What stands before it in the log has to be in memory to be deleted. Not to be given up: a replay would delete.
            await DrainAsync(CancellationToken.None);
            var deleted = DeleteFrom(_shards[shard], compiled, fromMs, toMs, RetireEmpty);
            Interlocked.Add(ref _samplesInMemory, -deleted.Samples);
            return deleted;
        }
        finally
        {
            _cutGate.Release();
        }
    }

    /// <summary>Lets go of what blocks have of a shard before a time.</summary>
    /// <returns>Samples that left memory.</returns>
    public long DropSealed(Shard shard, long beforeMs)
    {
        ArgumentNullException.ThrowIfNull(shard);
        long dropped = 0;
        foreach (var series in shard.All())
        {
            dropped += series.DropSealed(Pool, beforeMs);
        }

        Interlocked.Add(ref _samplesInMemory, -dropped);
        return dropped;
    }

    private (int Series, long Samples) DeleteFrom(Shard shard, CompiledSelector selector, long fromMs, long toMs, Action<LiveSeries> onEmpty)
    {
        var ordinals = new List<int>();
        shard.Index.Select(selector, ordinals);
        var series = 0;
        long samples = 0;
        foreach (var ordinal in ordinals)
        {
            if (shard.At(ordinal) is not { } live)
            {
                continue;
            }

            var deleted = live.Delete(Pool, fromMs, toMs);
            series += deleted == 0 ? 0 : 1;
            samples += deleted;

            if (live.SeemsIdle(long.MaxValue))
            {
                onEmpty(live);
            }
        }

        return (series, samples);
    }

    private static async Task<long> StartSegmentAsync(WriteAheadLog log)
    {
        try
        {
            return await log.StartSegmentAsync();
        }
        catch (WalUnavailableException e)
        {
            throw new WriteUnavailableException(e.Message, e);
        }
    }

    /// <summary>Waits for the appends under way, and with them for the last samples under numbers that were retired before.</summary>
    private async Task DrainAsync(CancellationToken cancellation)
    {
        await _drainGate.WaitAsync(cancellation);
        try
        {
            var retired = _retired.Mark();
            await _epochs.DrainAsync(cancellation);
            _retired.Settle(retired, _samples!.CurrentSegment);
        }
        finally
        {
            _drainGate.Release();
        }
    }

    private void RemoveSealedSegments()
    {
        long upTo = 0;
        foreach (var segment in _samples!.FinishedSegments)
        {
            if (!IsSealed(segment.Number))
            {
                break;
            }

            upTo = segment.Number;
        }

        if (upTo != 0)
        {
            _samples.RemoveSegmentsBefore(upTo + 1);
            _segmentTimes.ForgetBefore(_samples.OldestSegment);
        }
    }

    private bool IsSealed(long segment)
    {
        // A cut after it: what was appended to it is in memory, and so a shard without series has nothing in it.
        var newestMs = _segmentTimes.NewestOf(segment);
        return _sealed.IsCutAfter(segment)
            && Array.TrueForAll(_shards, shard => shard.Count == 0 || _sealed.BelowMs(shard.Number, segment) > newestMs);
    }

    private void NoteNewest(SampleBuffer samples, long segment)
    {
        var newest = NewestOf(samples.TimestampsMs);
        foreach (var distribution in samples.Distributions)
        {
            newest = Math.Max(newest, distribution.TimestampMs);
        }

        _segmentTimes.Note(segment, _samples!.CurrentSegment, newest);
    }

    private static long NewestOf(ReadOnlySpan<long> timestampsMs)
    {
        var newest = long.MinValue;
        var vectors = MemoryMarshal.Cast<long, Vector<long>>(timestampsMs);
        if (vectors.Length > 1)
        {
            var highest = vectors[0];
            foreach (var vector in vectors[1..])
            {
                highest = Vector.Max(highest, vector);
            }

            for (var i = 0; i < Vector<long>.Count; i++)
            {
                newest = Math.Max(newest, highest[i]);
            }

            timestampsMs = timestampsMs[(vectors.Length * Vector<long>.Count)..];
        }

        foreach (var timestamp in timestampsMs)
        {
            newest = Math.Max(newest, timestamp);
        }

        return newest;
    }

    /// <summary>A state that cannot be read costs time only: the replay puts into memory what blocks have too.</summary>
    private void ReadSealedState()
    {
        try
        {
            Volatile.Write(ref _sealed, SealedState.Read(_files, Directory, _shards.Length) ?? SealedState.Empty(_shards.Length));
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            LogSealedStateLost(error);
        }

        _lastReference = _sealed.LastReference;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What blocks have of the log cannot be read; everything in the log is replayed")]
    private partial void LogSealedStateLost(Exception error);
}

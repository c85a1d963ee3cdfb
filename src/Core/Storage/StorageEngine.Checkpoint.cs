using Metrics.Core.Blocks;
using Metrics.Core.Files;
using Metrics.Core.Ingestion;
using Metrics.Core.Model;
using Metrics.Core.Series;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Storage;

/// <content>
/// Checkpoints: what no block has is written to files of its own from time to time, so that the log, and the next start, stay short however
/// long the windows are.
/// </content>
public sealed partial class StorageEngine
{
    private readonly SemaphoreSlim _checkpointGate = new(1, 1);
    private long _checkpointSegment;

    /// <summary>Bytes of the samples' log that a start would have to replay.</summary>
    public long BytesSinceCheckpoint =>
        _samples is { } samples ? samples.Bytes - samples.FinishedSegments.Where(s => s.Number < _checkpointSegment).Sum(static s => s.Bytes) : 0;

    /// <summary>Writes a checkpoint when the log has grown by <c>Metrics:Wal:CheckpointBytes</c> since the last one.</summary>
    /// <returns>Whether one was written.</returns>
    /// <exception cref="IOException">It could not be written; the one before holds on.</exception>
    /// <exception cref="WriteUnavailableException">The log cannot be written now.</exception>
    public async Task<bool> WriteCheckpointIfDueAsync(CancellationToken cancellation = default)
    {
        if (_walOptions.CheckpointBytes == 0 || BytesSinceCheckpoint < _walOptions.CheckpointBytes)
        {
            return false;
        }

        await WriteCheckpointAsync(cancellation);
        return true;
    }

    /// <summary>
    /// Writes everything in memory that no block has to files, and removes the log's segments that held it. Appends go on meanwhile.
    /// </summary>
    /// <exception cref="IOException">It could not be written; the one before holds on.</exception>
    /// <exception cref="WriteUnavailableException">The log cannot be written now.</exception>
    public async Task WriteCheckpointAsync(CancellationToken cancellation = default)
    {
        ThrowIfNotReady();
        await _checkpointGate.WaitAsync(cancellation);
        try
        {
            var started = _time.GetTimestamp();
            var segment = await CutLogAsync(cancellation);
            var checkpoint = new CheckpointFiles(_files, Directory);
            checkpoint.CreateDirectory();
            var names = new List<string>();
            long samples = 0;
            foreach (var shard in _shards)
            {
                cancellation.ThrowIfCancellationRequested();
                var name = CheckpointFiles.NameOf(segment, shard.Number);
                if (WriteShard(shard, segment, checkpoint, name) is > 0 and var written)
                {
                    names.Add(name);
                    samples += written;
                }
            }

            var manifest = CheckpointFiles.Manifest.Of(segment, names);
            checkpoint.Commit(manifest);
            _checkpointSegment = segment;
            _samples!.RemoveSegmentsBefore(segment);
            _segmentTimes.ForgetBefore(_samples.OldestSegment);
            checkpoint.DeleteOthers(manifest);
            var seconds = _time.GetElapsedTime(started).TotalSeconds;
            LogCheckpoint(samples, segment, seconds);
        }
        finally
        {
            _checkpointGate.Release();
        }
    }

    /// <returns>Samples written; with none there is no file.</returns>
    private long WriteShard(Shard shard, long segment, CheckpointFiles checkpoint, string name)
    {
        IFile? file = null;
        BlockWriter? writer = null;
        try
        {
            var chunks = new SealedChunks();
            foreach (var (key, series) in InCanonicalOrder(shard))
            {
                chunks.Clear();
                series.CopyUnsealed(Pool, chunks);
                if (chunks.Chunks.Count == 0)
                {
                    continue;
                }

                file ??= checkpoint.Create(name);
                writer ??= new BlockWriter(file, Resolution.Raw, shard.Number, long.MinValue, long.MaxValue, segment);
                writer.BeginSeries(key);
                foreach (var (meta, bytes) in chunks.Chunks)
                {
                    writer.AddChunk(meta, bytes.Span);
                }
            }

            var written = writer?.Finish().Samples ?? 0;
            file?.FlushToDisk();
            return written;
        }
        finally
        {
            writer?.Dispose();
            file?.Dispose();
        }
    }

    private static (SeriesKey Key, LiveSeries Series)[] InCanonicalOrder(Shard shard)
    {
        var series = new List<(SeriesKey Key, LiveSeries Series)>(shard.Count);
        foreach (var present in shard.All())
        {
            // Gone meanwhile: then it held nothing.
            if (shard.Index.TryGetKey(present.Ordinal, out var key) && key.Id == present.Id)
            {
                series.Add((key, present));
            }
        }

        var canonical = series.ConvertAll(static s => s.Key.ToCanonical()).ToArray();
        var sorted = series.ToArray();
        Array.Sort(canonical, sorted, Comparer<byte[]>.Create(static (x, y) => x.AsSpan().SequenceCompareTo(y)));
        return sorted;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Checkpoint of {Samples} samples written in {Seconds:0.0} s; the log begins with segment {Segment} now")]
    private partial void LogCheckpoint(long samples, long segment, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "The checkpoint's manifest cannot be read; every checkpoint file that is sound is loaded instead")]
    private partial void LogCheckpointManifestDamaged(Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "Checkpoint file {File} is damaged, and what is unreadable in it is lost unless the log still has it: {Reason}")]
    private partial void LogCheckpointDamaged(string file, string reason);
}

using Metrics.Core.Blocks;
using Metrics.Core.Series;

namespace Metrics.Core.Storage;

public sealed partial class StorageEngine
{
    /// <content>A checkpoint stands for the segments before its cut: those that are there nevertheless come first.</content>
    private sealed partial class Replay
    {
        private readonly List<(long TimestampMs, byte[] Serialized)> _distributions = [];
        private CheckpointFiles? _checkpoint;
        private IReadOnlyList<string> _checkpointFiles = [];
        private LiveSeries? _loading;
        private (BlockReader? Block, int Row) _loadingRow;

        /// <summary>Finds the checkpoint to be loaded. None of what may be wrong with it fails the start.</summary>
        public void FindCheckpoint()
        {
            var checkpoint = new CheckpointFiles(engine._files, engine.Directory);
            try
            {
                if (checkpoint.Read() is { } manifest)
                {
                    (_checkpoint, _checkpointFiles) = (checkpoint, manifest.Files);
                    engine._checkpointSegment = manifest.Segment;
                }
            }
            catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                // Where it belongs in the log is not known: before all of it, so that what came later wins.
                engine.LogCheckpointManifestDamaged(error);
                (_checkpoint, _checkpointFiles) = (checkpoint, checkpoint.List());
            }
        }

        private void LoadCheckpoint()
        {
            foreach (var name in _checkpointFiles)
            {
                try
                {
                    using var file = new CheckpointBlock(_checkpoint!.Open(name));
                    new CheckpointLoader(OnChunk, reason => engine.LogCheckpointDamaged(name, reason)).Load(file, name);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    engine.LogCheckpointDamaged(name, error.Message);
                }
            }

            _checkpoint = null;
        }

        private void OnChunk(BlockReader block, int row, ChunkMeta chunk, ReadOnlyMemory<byte> bytes)
        {
            if (_loadingRow != (block, row))
            {
                var key = block.KeyOf(row);
                _loading = engine._shards[key.Id.Shard(engine._shards.Length)].Restore(key, engine._limiter);
                _loadingRow = (block, row);
            }

            var series = _loading!;
            if (chunk.MaxMs < Math.Max(_age.OldestMs, engine._sealed.BelowMs(series.Shard, engine._checkpointSegment - 1)))
            {
                series.NotePassedOver(chunk.MaxMs);
                PassedOver += chunk.Count;
                return;
            }

            Samples += chunk.Count;
            if (chunk.Kind == ChunkKind.Samples)
            {
                series.Load(engine.Pool, chunk, bytes.Span);
                return;
            }

            _distributions.Clear();
            DistributionChunk.Read(bytes.Span, chunk.Count, _distributions);
            foreach (var (timestampMs, serialized) in _distributions)
            {
                series.AppendDistribution(timestampMs, serialized);
            }
        }
    }
}

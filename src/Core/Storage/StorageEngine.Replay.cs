using Metrics.Core.Model;
using Metrics.Core.Series;
using Metrics.Core.Wal;

namespace Metrics.Core.Storage;

public sealed partial class StorageEngine
{
    /// <summary>Puts the logs' records back into memory, on one thread.</summary>
    private sealed class Replay(StorageEngine engine)
    {
        /// <summary>The table by number takes 8 bytes for each.</summary>
        private const uint MaxReference = 1 << 28;

        private readonly PointAge _age = engine.CurrentPointAge();
        private LiveSeries?[] _byReference = new LiveSeries?[1024];

        public long Samples { get; private set; }

        public long Orphaned { get; private set; }

        public void OnDefinitionRecord(byte type, ReadOnlySpan<byte> payload, WalPosition position)
        {
            if (type == WalRecords.Definitions)
            {
                WalRecords.ReadDefinitions(payload, IsDefined, Define);
            }
        }

        public void OnRecord(byte type, ReadOnlySpan<byte> payload, WalPosition position)
        {
            switch (type)
            {
                case WalRecords.Definitions:
                    WalRecords.ReadDefinitions(payload, IsDefined, Define);
                    break;
                case WalRecords.Samples:
                    WalRecords.ReadSamples(payload, AppendSamples);
                    break;
                case WalRecords.Distributions:
                    WalRecords.ReadDistributions(payload, AppendDistribution);
                    break;
                default:
                    throw new InvalidDataException($"a record of type {type}, which this version does not know");
            }
        }

        /// <summary>Lets go of what only the replay needs.</summary>
        public void Finish() => _byReference = [];

        private void Define(uint reference, SeriesKey key)
        {
            if (reference >= _byReference.Length)
            {
                // A number far beyond the series that may exist is damage that a checksum did not see.
                if (reference > MaxReference)
                {
                    throw new InvalidDataException($"a series definition with the number {reference}");
                }

                Array.Resize(ref _byReference, Math.Max((int)reference + 1, _byReference.Length * 2));
            }

            if (_byReference[reference] is not null)
            {
                return;
            }

            engine._lastReference = Math.Max(engine._lastReference, reference);

            var series = engine._shards[key.Id.Shard(engine._shards.Length)].Restore(key, engine._limiter);
            series.NumberAs(reference);
            series.IsDefined = true;
            _byReference[reference] = series;
        }

        private bool IsDefined(uint reference) => Resolve(reference) is not null;

        private void AppendSamples(ReadOnlySpan<uint> references, ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
        {
            for (var i = 0; i < references.Length; i++)
            {
                if (i + (2 * PrefetchDistance) < references.Length)
                {
                    Resolve(references[i + (2 * PrefetchDistance)])?.Prefetch();
                    Resolve(references[i + PrefetchDistance])?.PrefetchTail();
                }

                if (Resolve(references[i]) is not { } series)
                {
                    Orphan(references[i]);
                }
                else if (timestampsMs[i] >= _age.OldestMs)
                {
                    series.Append(engine.Pool, timestampsMs[i], values[i]);
                    Samples++;
                }
            }
        }

        private void AppendDistribution(uint reference, long timestampMs, ReadOnlySpan<byte> serialized)
        {
            if (Resolve(reference) is not { } series)
            {
                Orphan(reference);
            }
            else if (timestampMs >= _age.OldestMs)
            {
                series.AppendDistribution(timestampMs, serialized.ToArray());
                Samples++;
            }
        }

        private void Orphan(uint reference)
        {
            Orphaned++;

            // Were the number given out again, the next replay would count these samples to another series.
            if (reference <= MaxReference)
            {
                engine._lastReference = Math.Max(engine._lastReference, reference);
            }
        }

        private LiveSeries? Resolve(uint reference) => reference < _byReference.Length ? _byReference[reference] : null;
    }
}

using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Series;
using Metrics.Core.Wal;

namespace Metrics.Core.Storage;

public sealed partial class StorageEngine
{
    /// <summary>Puts the logs' records back into memory, on one thread.</summary>
    private sealed partial class Replay(StorageEngine engine)
    {
        private readonly PointAge _age = engine.CurrentPointAge();
        private readonly long[] _sealedBelow = new long[engine._shards.Length];
        private readonly HashSet<LiveSeries> _emptied = [];
        private ReferenceTable _byReference = new();
        private long _segment = -1;
        private long _newestMs;

        public long Samples { get; private set; }

        /// <summary>Samples that blocks have.</summary>
        public long PassedOver { get; private set; }

        public long Orphaned { get; private set; }

        public void OnDefinitionRecord(byte type, ReadOnlySpan<byte> payload, WalPosition position)
        {
            if (type == WalRecords.Definitions)
            {
                WalRecords.ReadDefinitions(payload, IsDefinedAgain, Define);
            }
        }

        public void OnRecord(byte type, ReadOnlySpan<byte> payload, WalPosition position)
        {
            if (position.Segment != _segment)
            {
                Begin(position.Segment);
            }

            _newestMs = long.MinValue;
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
                case WalRecords.Deletion:
                    Delete(DeletionRecord.Read(payload));
                    break;
                default:
                    throw new InvalidDataException($"a record of type {type}, which this version does not know");
            }

            if (_newestMs != long.MinValue)
            {
                engine._segmentTimes.Note(_segment, _segment, _newestMs);
            }
        }

        /// <summary>Lets go of what only the replay needs.</summary>
        public void Finish()
        {
            if (_checkpoint is not null)
            {
                LoadCheckpoint();
            }

            _byReference = new();
            foreach (var series in _emptied)
            {
                engine.RetireEmpty(series);
            }
        }

        private void Begin(long segment)
        {
            if (_checkpoint is not null && segment >= engine._checkpointSegment)
            {
                LoadCheckpoint();
            }

            _segment = segment;
            for (var i = 0; i < _sealedBelow.Length; i++)
            {
                _sealedBelow[i] = engine._sealed.BelowMs(i, segment);
            }
        }

        private void Delete(DeletionRecord deletion)
        {
            if ((uint)deletion.Shard >= (uint)engine._shards.Length || !CompiledSelector.TryCompile(deletion.Selector, out var selector, out _))
            {
                throw new InvalidDataException("a deletion that cannot be carried out");
            }

            Samples -= engine.DeleteFrom(engine._shards[deletion.Shard], selector, deletion.FromMs, deletion.ToMs, series => _emptied.Add(series)).Samples;
        }

        private bool IsDefinedAgain(uint reference)
        {
            engine._definitionsLogged++;
            return IsDefined(reference);
        }

        private void Define(uint reference, SeriesKey key)
        {
            if (reference > ReferenceTable.MaxReference)
            {
                throw new InvalidDataException($"a series definition with the number {reference}");
            }

            if (_byReference[reference] is not null)
            {
                return;
            }

            engine._lastReference = Math.Max(engine._lastReference, reference);

            var series = engine._shards[key.Id.Shard(engine._shards.Length)].Restore(key, engine._limiter);
            series.NumberAs(reference);
            series.MarkDefined();
            _byReference[reference] = series;
            if (series.Reference != reference)
            {
                // From an earlier life of the series: its definition is needed for as long as samples go by it.
                engine._retired.Add(reference, key.ToCanonical());
            }
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

                _newestMs = Math.Max(_newestMs, timestampsMs[i]);
                if (Resolve(references[i]) is not { } series)
                {
                    Orphan(references[i]);
                }
                else if (IsWanted(series, timestampsMs[i]))
                {
                    series.Append(engine.Pool, timestampsMs[i], values[i]);
                    Samples++;
                }
            }
        }

        private void AppendDistribution(uint reference, long timestampMs, ReadOnlySpan<byte> serialized)
        {
            _newestMs = Math.Max(_newestMs, timestampMs);
            if (Resolve(reference) is not { } series)
            {
                Orphan(reference);
            }
            else if (IsWanted(series, timestampMs))
            {
                series.AppendDistribution(timestampMs, serialized.ToArray());
                Samples++;
            }
        }

        private bool IsWanted(LiveSeries series, long timestampMs)
        {
            if (timestampMs < _sealedBelow[series.Shard])
            {
                series.NotePassedOver(timestampMs);
                PassedOver++;
                return false;
            }

            return timestampMs >= _age.OldestMs;
        }

        private void Orphan(uint reference)
        {
            Orphaned++;

            // Were the number given out again, the next replay would count these samples to another series.
            if (reference <= ReferenceTable.MaxReference)
            {
                engine._lastReference = Math.Max(engine._lastReference, reference);
            }
        }

        private LiveSeries? Resolve(uint reference) => _byReference[reference];
    }
}

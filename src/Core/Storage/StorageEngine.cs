using System.Buffers;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Metrics.Core.Cardinality;
using Metrics.Core.Diagnostics;
using Metrics.Core.Files;
using Metrics.Core.Index;
using Metrics.Core.Ingestion;
using Metrics.Core.Memory;
using Metrics.Core.Model;
using Metrics.Core.Series;
using Metrics.Core.Wal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Storage;

/// <summary>
/// The series of one process: shards in memory, behind a write-ahead log. What <see cref="AppendAsync"/> has returned for
/// survives a kill of the process.
/// </summary>
/// <remarks>
/// Two logs: <c>series</c> has the definition of every series once, <c>wal</c> has them once more among the samples, so that
/// damage to one definition does not lose the samples that go by its number.
/// </remarks>
public sealed partial class StorageEngine : ITagIndexSource, IAsyncDisposable
{
    /// <summary>Samples of one log record: what a damaged record loses.</summary>
    private const int MaxSamplesPerRecord = 32 * 1024;

    /// <summary>Bytes of distributions of one log record.</summary>
    private const int MaxDistributionBytes = 1024 * 1024;

    /// <summary>Samples ahead: about as long as memory takes to answer.</summary>
    private const int PrefetchDistance = 8;

    private const string SamplesLog = "wal";
    private const string DefinitionsLog = "series";

    private readonly StorageOptions _options;
    private readonly WalOptions _walOptions;
    private readonly IFileSystem _files;
    private readonly TimeProvider _time;
    private readonly ILogger<StorageEngine> _logger;
    private readonly CardinalityLimiter _limiter;
    private readonly EngineInstruments _instruments;
    private readonly Shard[] _shards;
    private readonly int _samplesPerRecord;
    private IDisposable? _lock;
    private WriteAheadLog? _definitions;
    private WriteAheadLog? _samples;
    private uint _lastReference;
    private long _samplesInMemory;
    private volatile EngineState _state = EngineState.Closed;

    public StorageEngine(
        IOptions<StorageOptions> options,
        IOptions<WalOptions> walOptions,
        IFileSystem files,
        SymbolTable symbols,
        CardinalityLimiter limiter,
        EngineInstruments instruments,
        TimeProvider time,
        ILogger<StorageEngine> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(walOptions);
        _options = options.Value;
        _walOptions = walOptions.Value;
        _samplesPerRecord = Math.Min(MaxSamplesPerRecord, WalRecords.SamplesIn(_walOptions.MaxRecordBytes));
        _files = files;
        _limiter = limiter;
        _instruments = instruments;
        _time = time;
        _logger = logger;
        Directory = Path.GetFullPath(_options.DataPath);
        try
        {
            Manifest = ReadOrCreateManifest();
        }
        catch
        {
            _lock?.Dispose();
            throw;
        }

        _shards = new Shard[Manifest.ShardCount];
        for (var i = 0; i < _shards.Length; i++)
        {
            _shards[i] = new Shard(i, symbols);
        }

        instruments.Observe(new EngineFigures(() => _limiter.Series, () => SamplesInMemory, () => Pool.UsedBytes, () => WalBytes));
    }

    /// <summary>The data set's directory, absolute.</summary>
    public string Directory { get; }

    public DataSetManifest Manifest { get; }

    public IReadOnlyList<Shard> Shards => _shards;

    IReadOnlyCollection<TagIndex> ITagIndexSource.Indexes => Array.ConvertAll(_shards, static s => s.Index);

    public ChunkPool Pool { get; } = new();

    public EngineState State => _state;

    /// <summary>How far the replay has come, while <see cref="State"/> says that there is one.</summary>
    public WalReplayProgress ReplayProgress { get; private set; }

    /// <summary>What the replay found: of the samples' log and of the definitions' log. Null before it is over.</summary>
    public (WalRecovery Samples, WalRecovery Definitions)? Recovery { get; private set; }

    /// <summary>Replayed samples whose series is unknown, because both copies of its definition are damaged.</summary>
    public long OrphanedSamples { get; private set; }

    /// <summary>Samples appended since the start and by the replay; one that replaced another is counted twice.</summary>
    public long SamplesInMemory => Volatile.Read(ref _samplesInMemory);

    /// <summary>The samples' log and the definitions' log; empty before they are open.</summary>
    public IReadOnlyList<LogStatus> Logs =>
        _samples is { } samples && _definitions is { } definitions
            ? [Describe(SamplesLog, samples), Describe(DefinitionsLog, definitions)]
            : [];

    /// <summary>Bytes of both logs on disk.</summary>
    public long WalBytes => (_samples?.Bytes ?? 0) + (_definitions?.Bytes ?? 0);

    /// <summary>Takes the directory for this process, quickly, so that a start that cannot succeed fails at once.</summary>
    /// <exception cref="FileLockedException">Another process uses it.</exception>
    public void Acquire() => _lock ??= _files.Lock(Path.Combine(Directory, "LOCK"));

    /// <summary>Reads both logs and is ready to append. Blocks for as long as that takes.</summary>
    /// <exception cref="FileLockedException">Another process uses the directory.</exception>
    public void Open()
    {
        Acquire();
        _state = EngineState.Replaying;
        var started = _time.GetTimestamp();
        var replay = new Replay(this);
        _definitions = WriteAheadLog.Open(
            Path.Combine(Directory, DefinitionsLog), _walOptions, _files, replay.OnDefinitionRecord, _time, _logger);
        _samples = WriteAheadLog.Open(
            Path.Combine(Directory, SamplesLog), _walOptions, _files, replay.OnRecord, _time, _logger, new ReplayObserver(this));
        replay.Finish();
        _samplesInMemory = replay.Samples;
        Recovery = (_samples.Recovery, _definitions.Recovery);
        OrphanedSamples = replay.Orphaned;
        _state = EngineState.Ready;
        var seconds = _time.GetElapsedTime(started).TotalSeconds;
        LogReplayed(replay.Samples, _limiter.Series, seconds);
        if (replay.Orphaned != 0)
        {
            LogOrphaned(replay.Orphaned);
        }
    }

    /// <summary>The series with an id, or null.</summary>
    public LiveSeries? Find(SeriesId id) => _shards[id.Shard(_shards.Length)].Find(id);

    /// <summary>The series of a key, new if need be and allowed.</summary>
    /// <exception cref="WriteUnavailableException">The logs are not read yet: a number given out now may be another series' there.</exception>
    public Admission GetOrAdd(SeriesKey key, out LiveSeries? series)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _shards[key.Id.Shard(_shards.Length)].GetOrAdd(key, _limiter, out series);
    }

    /// <summary>Oldest and newest timestamps that are taken now.</summary>
    public PointAge CurrentPointAge() => PointAge.At(_time.GetUtcNow(), _options.Ingest);

    /// <summary>Logs the samples, then appends them to their buffers. The buffer may be reused after that.</summary>
    /// <exception cref="WriteUnavailableException">The log cannot be written now.</exception>
    public ValueTask AppendAsync(SampleBuffer samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ThrowIfNotReady();
        var logged = LogAsync(samples, cancellation);
        if (!logged.IsCompletedSuccessfully)
        {
            return ApplyLater(logged, samples);
        }

        Apply(samples);
        return default;

        async ValueTask ApplyLater(ValueTask logging, SampleBuffer later)
        {
            await logging;
            Apply(later);
        }
    }

    /// <summary>Merges late samples and closes chunks whose window is over, in one shard.</summary>
    public void Seal(Shard shard)
    {
        ArgumentNullException.ThrowIfNull(shard);
        var beforeMs = _time.GetUtcNow().ToUnixTimeMilliseconds() - (long)_options.Ingest.MaxAhead.TotalMilliseconds;
        foreach (var series in shard.All())
        {
            series.Seal(Pool, beforeMs);
        }
    }

    /// <summary>Waits for what is being appended, forces it to disk and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        _state = EngineState.Closed;
        if (_samples is not null)
        {
            await _samples.DisposeAsync();
        }

        if (_definitions is not null)
        {
            await _definitions.DisposeAsync();
        }

        _lock?.Dispose();
    }

    private static LogStatus Describe(string name, WriteAheadLog log) => new(name, log.Bytes, log.Segments, log.Recovery);

    private void ThrowIfNotReady()
    {
        if (_state != EngineState.Ready)
        {
            throw new WriteUnavailableException(
                _state == EngineState.Replaying ? "The write-ahead log is being replayed." : "The storage is not open: the server is starting or shutting down.");
        }
    }

    private uint NextReference() => Interlocked.Increment(ref _lastReference);

    private void Apply(SampleBuffer samples)
    {
        var series = samples.Series;
        var timestamps = samples.TimestampsMs;
        var values = samples.Values;
        int next;
        for (var i = 0; i < series.Length; i = next)
        {
            if (i + PrefetchDistance < series.Length)
            {
                series[i + PrefetchDistance].PrefetchTail();
            }

            // Samples of one series side by side take its lock once.
            next = i + 1;
            while (next < series.Length && ReferenceEquals(series[next], series[i]))
            {
                next++;
            }

            series[i].Append(Pool, timestamps[i..next], values[i..next]);
        }

        foreach (var distribution in samples.Distributions)
        {
            distribution.Series.AppendDistribution(distribution.TimestampMs, distribution.Serialized);
        }

        var count = series.Length + samples.Distributions.Count;
        Interlocked.Add(ref _samplesInMemory, count);
        _instruments.AddSamples(count);
    }

    private ValueTask LogAsync(SampleBuffer samples, CancellationToken cancellation)
    {
        if (HasUndefined(samples))
        {
            return DefineAndLogAsync(samples, cancellation);
        }

        if (samples.Count <= _samplesPerRecord && samples.Distributions.Count == 0)
        {
            return samples.Count == 0 ? default : LogSamples(samples, 0, samples.Count, cancellation);
        }

        return LogInPartsAsync(samples, cancellation);
    }

    private async ValueTask LogInPartsAsync(SampleBuffer samples, CancellationToken cancellation)
    {
        for (var from = 0; from < samples.Count; from += _samplesPerRecord)
        {
            await LogSamples(samples, from, Math.Min(_samplesPerRecord, samples.Count - from), cancellation);
        }

        if (samples.Distributions.Count == 0)
        {
            return;
        }

        var record = new ArrayBufferWriter<byte>(4096);
        foreach (var distribution in samples.Distributions)
        {
            var full = Math.Min(MaxDistributionBytes, _walOptions.MaxRecordBytes - WalRecords.BytesOf(distribution));
            if (record.WrittenCount != 0 && record.WrittenCount > full)
            {
                await LogRecord(_samples!, WalRecords.Distributions, record.WrittenSpan, cancellation);
                record.ResetWrittenCount();
            }

            WalRecords.WriteDistribution(record, distribution);
        }

        if (record.WrittenCount != 0)
        {
            await LogRecord(_samples!, WalRecords.Distributions, record.WrittenSpan, cancellation);
        }
    }

    private ValueTask LogSamples(SampleBuffer samples, int from, int count, CancellationToken cancellation)
    {
        var record = ArrayPool<byte>.Shared.Rent(WalRecords.MaxSamplesBytes(count));
        var length = WalRecords.WriteSamples(
            record, samples.Series.Slice(from, count), samples.TimestampsMs.Slice(from, count), samples.Values.Slice(from, count));
        var logged = LogRecord(_samples!, WalRecords.Samples, record.AsSpan(0, length), cancellation);
        ArrayPool<byte>.Shared.Return(record);
        return logged;
    }

    private static bool HasUndefined(SampleBuffer samples)
    {
        foreach (var series in samples.Series)
        {
            if (!series.IsDefined)
            {
                return true;
            }
        }

        return samples.Distributions.Any(static d => !d.Series.IsDefined);
    }

    /// <summary>
    /// Series are defined before the first sample that goes by their number, and by whoever comes first: two batches may both
    /// define a series, which is harmless.
    /// </summary>
    private async ValueTask DefineAndLogAsync(SampleBuffer samples, CancellationToken cancellation)
    {
        var undefined = new HashSet<LiveSeries>();
        for (var i = 0; i < samples.Count; i++)
        {
            if (!samples.Series[i].IsDefined)
            {
                undefined.Add(samples.Series[i]);
            }
        }

        undefined.UnionWith(samples.Distributions.Select(static d => d.Series).Where(static s => !s.IsDefined));
        var record = new ArrayBufferWriter<byte>(4096);
        var definitionBytes = Math.Min(256 * 1024, _walOptions.MaxRecordBytes / 2);
        var pending = new List<LiveSeries>();
        foreach (var series in undefined)
        {
            if (series.Reference == 0)
            {
                series.NumberAs(NextReference());
            }

            WalRecords.WriteDefinition(record, series.Reference, _shards[series.Shard].Index.KeyOf(series.Ordinal));
            pending.Add(series);
            if (record.WrittenCount > definitionBytes)
            {
                await LogDefinitions();
            }
        }

        await LogDefinitions();
        await LogInPartsAsync(samples, cancellation);

        async ValueTask LogDefinitions()
        {
            if (pending.Count == 0)
            {
                return;
            }

            await LogRecord(_definitions!, WalRecords.Definitions, record.WrittenSpan, cancellation);
            await LogRecord(_samples!, WalRecords.Definitions, record.WrittenSpan, cancellation);
            pending.ForEach(static s => s.IsDefined = true);
            pending.Clear();
            record.ResetWrittenCount();
        }
    }

    private static ValueTask LogRecord(WriteAheadLog log, byte type, ReadOnlySpan<byte> payload, CancellationToken cancellation)
    {
        try
        {
            var appended = log.AppendAsync(type, payload, cancellation);
            return appended.IsCompletedSuccessfully ? appended : Awaited(appended);
        }
        catch (WalUnavailableException e)
        {
            throw new WriteUnavailableException(e.Message, e);
        }

        static async ValueTask Awaited(ValueTask appended)
        {
            try
            {
                await appended;
            }
            catch (WalUnavailableException e)
            {
                throw new WriteUnavailableException(e.Message, e);
            }
        }
    }

    private DataSetManifest ReadOrCreateManifest()
    {
        _files.CreateDirectory(Directory);
        var path = Path.Combine(Directory, DataSetManifest.FileName);
        if (!_files.FileExists(path))
        {
            // Of two processes that find nothing, one creates; the other must not replace what the first goes by already.
            Acquire();
        }

        if (_files.FileExists(path))
        {
            var manifest = ParseManifest(path);
            return manifest is { FormatVersion: DataSetManifest.CurrentVersion, ShardCount: >= 1 and <= StorageOptions.MaxShards }
                && BitOperations.IsPow2(manifest.ShardCount)
                ? manifest
                : throw new InvalidDataException(
                    $"{path} is not of a data set that this version can read (it reads version {DataSetManifest.CurrentVersion}); set Metrics:DataPath to another directory.");
        }

        var created = new DataSetManifest(DataSetManifest.CurrentVersion, _options.Shards);
        var temporary = path + ".new";
        if (_files.FileExists(temporary))
        {
            _files.Delete(temporary);
        }

        using (var file = _files.Open(temporary, FileOpening.CreateNew))
        {
            file.Write(0, JsonSerializer.SerializeToUtf8Bytes(created, ManifestJson.Default.DataSetManifest));
            file.FlushToDisk();
        }

        _files.Rename(temporary, path);
        _files.FlushDirectory(Directory);
        return created;
    }

    private DataSetManifest? ParseManifest(string path)
    {
        using var file = _files.Open(path, FileOpening.Read);
        var bytes = new byte[Math.Min(file.Length, 64 * 1024)];
        var length = file.Read(0, bytes);
        try
        {
            return JsonSerializer.Deserialize(Encoding.UTF8.GetString(bytes, 0, length), ManifestJson.Default.DataSetManifest);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Replayed {Samples} samples of {Series} series in {Seconds:0.0} s")]
    private partial void LogReplayed(long samples, int series, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Samples} replayed samples belong to series whose definitions are damaged in both logs; they are not readable")]
    private partial void LogOrphaned(long samples);

    private sealed class ReplayObserver(StorageEngine engine) : IProgress<WalReplayProgress>
    {
        public void Report(WalReplayProgress value) => engine.ReplayProgress = value;
    }
}

/// <summary>What a <see cref="StorageEngine"/> can do now.</summary>
public enum EngineState
{
    /// <summary>Not opened yet, or closed again.</summary>
    Closed,

    /// <summary>Reading its logs: no writes; queries would see a part only.</summary>
    Replaying,

    Ready,
}

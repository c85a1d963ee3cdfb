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
    private SealedState _sealed;
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
            Manifest = DataSetManifest.ReadOrCreate(files, Directory, _options.Shards, Acquire);
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

        _sealed = SealedState.Empty(_shards.Length);
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

    /// <summary>Samples appended since the start and by the replay, less those dropped and deleted; one that replaced another is counted twice.</summary>
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
    /// <param name="cancellation">Ends it early; the engine can then only be disposed of.</param>
    /// <exception cref="FileLockedException">Another process uses the directory.</exception>
    /// <exception cref="OperationCanceledException">It was ended early. Nothing on disk has changed for that.</exception>
    public void Open(CancellationToken cancellation = default)
    {
        Acquire();
        _state = EngineState.Replaying;
        var started = _time.GetTimestamp();
        ReadSealedState();
        var replay = new Replay(this);
        replay.FindCheckpoint();
        _definitions = WriteAheadLog.Open(
            Path.Combine(Directory, DefinitionsLog), _walOptions, _files, replay.OnDefinitionRecord, _time, _logger, new ReplayObserver(null, cancellation));
        _samples = WriteAheadLog.Open(
            Path.Combine(Directory, SamplesLog), _walOptions, _files, replay.OnRecord, _time, _logger, new ReplayObserver(this, cancellation));
        replay.Finish();
        _samplesInMemory = replay.Samples;
        Recovery = (_samples.Recovery, _definitions.Recovery);
        OrphanedSamples = replay.Orphaned;
        PassedOverSamples = replay.PassedOver;
        _retired.Settle(_retired.Mark(), _samples.CurrentSegment);
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
        return _shards[key.Id.Shard(_shards.Length)].GetOrAdd(key, _limiter, out series, NowMs);
    }

    /// <summary>Oldest and newest timestamps that are taken now.</summary>
    public PointAge CurrentPointAge() => PointAge.At(_time.GetUtcNow(), _options.Ingest);

    /// <summary>Logs the samples, then appends them to their buffers. The buffer may be reused after that.</summary>
    /// <exception cref="WriteUnavailableException">The log cannot be written now.</exception>
    public ValueTask AppendAsync(SampleBuffer samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ThrowIfNotReady();
        var epoch = _epochs.Enter();
        var isLater = false;
        try
        {
            var segment = _samples!.CurrentSegment;
            var logged = LogAsync(samples, cancellation);
            if (!logged.IsCompletedSuccessfully)
            {
                isLater = true;
                return ApplyLater(logged, samples, segment, epoch);
            }

            Apply(samples, segment);
            return default;
        }
        finally
        {
            if (!isLater)
            {
                _epochs.Exit(epoch);
            }
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

    private async ValueTask ApplyLater(ValueTask logging, SampleBuffer samples, long segment, int epoch)
    {
        try
        {
            await logging;
            Apply(samples, segment);
        }
        finally
        {
            _epochs.Exit(epoch);
        }
    }

    /// <param name="samples">What was logged.</param>
    /// <param name="segment">The samples' log was there when logging began.</param>
    private void Apply(SampleBuffer samples, long segment)
    {
        NoteNewest(samples, segment);
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

            if (!series[i].TryAppend(Pool, timestamps[i..next], values[i..next]))
            {
                AppendToSuccessor(series[i], timestamps[i..next], values[i..next]);
            }
        }

        foreach (var distribution in samples.Distributions)
        {
            if (!distribution.Series.TryAppendDistribution(distribution.TimestampMs, distribution.Serialized))
            {
                AppendToSuccessor(distribution);
            }
        }

        var count = series.Length + samples.Distributions.Count;
        Interlocked.Add(ref _samplesInMemory, count);
        _instruments.AddSamples(count);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Replayed {Samples} samples of {Series} series in {Seconds:0.0} s")]
    private partial void LogReplayed(long samples, int series, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Samples} replayed samples belong to series whose definitions are damaged in both logs; they are not readable")]
    private partial void LogOrphaned(long samples);

    /// <summary>Told of every block that is read, on the replay's thread: where it can be stopped.</summary>
    private sealed class ReplayObserver(StorageEngine? engine, CancellationToken cancellation) : IProgress<WalReplayProgress>
    {
        public void Report(WalReplayProgress value)
        {
            cancellation.ThrowIfCancellationRequested();
            engine?.ReplayProgress = value;
        }
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

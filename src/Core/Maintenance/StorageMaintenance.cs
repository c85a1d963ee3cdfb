using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Series;
using Metrics.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Maintenance;

/// <summary>
/// Takes the shards of this process from memory to blocks, from samples to rows, from small blocks to large ones, and out of the store in the
/// end. Sealing goes on beside the other jobs, of which one runs at a time. Whatever fails is tried again later and stops nothing else.
/// </summary>
public sealed partial class StorageMaintenance : IAsyncDisposable
{
    public const string SealJob = "seal";
    public const string SealWindows = "seal windows";
    public const string RollUpJob = "roll up";
    public const string DeleteJob = "delete";
    public const string CompactJob = "compact";
    public const string RetentionJob = "retention";

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan CheckpointPause = TimeSpan.FromMinutes(1);

    private readonly MaintenanceContext _context;
    private readonly Func<int, bool> _owns;

    /// <summary>Made when everything is open: the process' parts are put together before.</summary>
    private readonly Lazy<ShardWork[]> _works;

    private readonly Sealer _sealer;
    private readonly Roller _roller;
    private readonly Compactor _compactor;
    private readonly Deletions _deletions;
    private readonly Expiry _expiry;
    private readonly SealPlan _plan;
    private readonly SemaphoreSlim _sealing = new(1);
    private readonly SemaphoreSlim _jobs = new(1);
    private readonly ILogger _logger;
    private readonly RoundSummary _sealed = new();
    private readonly RoundSummary _done = new();
    private DateTimeOffset _checkpointNotBefore;
    private bool _isAway;

    /// <param name="context">Storage, clock and settings; engine and shards are to be open before anything is asked for.</param>
    /// <param name="owns">Which shards are this process' to maintain, now.</param>
    public StorageMaintenance(MaintenanceContext context, Func<int, bool> owns)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(owns);
        _context = context;
        _owns = owns;
        _logger = context.Logger;
        _works = new Lazy<ShardWork[]>(MakeWorks);
        _sealer = new Sealer(context);
        _roller = new Roller(context);
        _compactor = new Compactor(context);
        _deletions = new Deletions(context, _compactor);
        _expiry = new Expiry(context, _compactor);
        _plan = new SealPlan(context);
        context.Instruments.Observe(PendingWork);
    }

    /// <summary>What <see cref="RunAsync"/> does, until it is told to stop; the steps under way are ended where nothing is lost by it.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await Task.WhenAll(LoopAsync(SealDueAsync, stopping), LoopAsync(RunJobsAsync, stopping));
    }

    /// <summary>Does everything there is to do now: for tests, and for clocks that are moved by hand.</summary>
    public async Task RunOnceAsync(CancellationToken cancellation = default)
    {
        await SealDueAsync(cancellation);
        await RunJobsAsync(cancellation);
    }

    /// <summary>
    /// Seals all that is in memory, open windows included, and publishes it: afterwards the object store has every sample that was
    /// written before the call.
    /// </summary>
    /// <exception cref="IOException">Local disk or the object store failed.</exception>
    /// <exception cref="ShardFencedException">Another process has taken a shard over.</exception>
    public async Task SealAllAsync(CancellationToken cancellation = default)
    {
        await _sealing.WaitAsync(cancellation);
        try
        {
            var segment = await _context.Engine.CutLogAsync(cancellation);
            foreach (var work in Owned())
            {
                await _sealer.SealAsync(work, segment, EndOfTimeMs, _context.SealBorderMs, null, cancellation);
            }
        }
        finally
        {
            _sealing.Release();
        }

        await _context.Shards.FlushAsync(cancellation);
        if (Works.FirstOrDefault(w => _owns(w.Shard.Number) && w.Store.State == ShardStoreState.Fenced) is { } lost)
        {
            throw new ShardFencedException($"Another process has taken shard {lost.Shard.Number} over, and nothing of it is published from here any more.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _sealing.WaitAsync();
        await _jobs.WaitAsync();
        _sealing.Dispose();
        _jobs.Dispose();
        if (_works.IsValueCreated)
        {
            Array.ForEach(_works.Value, static w => w.Dispose());
        }
    }

    /// <summary>The end of the last window that can be told.</summary>
    internal const long EndOfTimeMs = long.MaxValue - (long.MaxValue % SeriesBuffer.WindowMs);

    internal IEnumerable<ShardWork> Owned() => Works.Where(w => _owns(w.Shard.Number) && w.Store.State != ShardStoreState.Fenced);

    internal IReadOnlyList<ShardWork> Works => _context.Engine.State == EngineState.Ready ? _works.Value : [];

    /// <summary>Chunks copied by compaction without looking into them, and samples encoded again, since the start.</summary>
    internal (long Copied, long Recoded) CompactionTotals => _compactor.Totals;

    private ShardWork[] MakeWorks()
    {
        var works = _context.Engine.Shards.Select(s => new ShardWork(s, _context.Shards[s.Number])).ToArray();
        foreach (var work in works)
        {
            work.SealedUpToMs = _context.Engine.SealedBelowMs(work.Shard.Number);
            if (work.SealedUpToMs > _context.Shards.ViewOf(work.Shard.Number).HotFromMs)
            {
                // The replay has passed over what is sealed: memory is complete only after it.
                _context.Shards.SetHotFrom(work.Shard.Number, work.SealedUpToMs);
            }
        }

        return works;
    }

    private async Task LoopAsync(Func<CancellationToken, Task> run, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(_context.Options.Interval, _context.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                if (_context.Engine.State == EngineState.Ready)
                {
                    await Task.Run(() => RunGuardedAsync(run, stopping), stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // That is how it ends.
            return;
        }
    }

    private async Task RunGuardedAsync(Func<CancellationToken, Task> run, CancellationToken stopping)
    {
        try
        {
            await run(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogRoundFailed(e);
        }
    }

    private async Task SealDueAsync(CancellationToken cancellation)
    {
        await _sealing.WaitAsync(cancellation);
        var started = _context.Time.GetTimestamp();
        try
        {
            var borderMs = _context.SealBorderMs;
            var due = _plan.Look([.. Owned().Where(w => w.MayRun(SealJob, _context.Time.GetUtcNow()))], borderMs);
            var segment = due.Exists(static d => d.Windows is null) ? await _context.Engine.CutLogAsync(cancellation) : 0;
            foreach (var (work, windows) in due)
            {
                await TryAsync(
                    work,
                    SealJob,
                    async () =>
                    {
                        await _sealer.SealAsync(work, segment, borderMs, borderMs, windows, cancellation);
                        return true;
                    },
                    cancellation);
            }

            foreach (var work in Owned())
            {
                if (_sealer.MayDrop(work) || due.Exists(d => d.Work == work))
                {
                    await TryAsync(work, SealJob, async () => await _sealer.DropAsync(work, cancellation) < 0, cancellation);
                }
            }

            await CheckpointAsync(cancellation);
        }
        finally
        {
            LogDone(_sealed, started);
            _sealing.Release();
        }
    }

    /// <summary>Bounds the log between two closed windows, and with it how long a start takes.</summary>
    private async Task CheckpointAsync(CancellationToken cancellation)
    {
        var now = _context.Time.GetUtcNow();
        if (now < _checkpointNotBefore)
        {
            return;
        }

        try
        {
            await _context.Engine.WriteCheckpointIfDueAsync(cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // The log holds everything meanwhile.
            _checkpointNotBefore = now + CheckpointPause;
            LogCheckpointFailed(e, CheckpointPause, e.Message);
        }
    }

    private async Task RunJobsAsync(CancellationToken cancellation)
    {
        await _jobs.WaitAsync(cancellation);
        try
        {
            // In turns, so that a shard that gets new work all the time does not keep the others from theirs.
            bool isMore;
            do
            {
                isMore = false;
                var started = _context.Time.GetTimestamp();
                foreach (var work in Owned())
                {
                    isMore |= await RunTurnAsync(work, cancellation);
                }

                LogDone(_done, started);
            }
            while (isMore);
        }
        finally
        {
            _jobs.Release();
        }
    }

    /// <returns>Whether there may be more to do.</returns>
    private async Task<bool> RunTurnAsync(ShardWork work, CancellationToken cancellation)
    {
        await work.Jobs.WaitAsync(cancellation);
        try
        {
            var began = _context.Time.GetTimestamp();
            while (await RunJobAsync(work, cancellation))
            {
                if (_context.Time.GetElapsedTime(began) > Turn)
                {
                    return true;
                }

                // What has become due meanwhile in the order of its urgency.
                await Task.Yield();
            }

            return false;
        }
        finally
        {
            work.Jobs.Release();
        }
    }

    /// <summary>Rows before all else: readers decode samples as long as there are none, and nothing may leave before.</summary>
    private async Task<bool> RunJobAsync(ShardWork work, CancellationToken cancellation) =>
        await TryAsync(work, RollUpJob, () => _roller.RunAsync(work, cancellation), cancellation)
        || (work.HasFailed(RollUpJob) ? false : await TryAsync(work, DeleteJob, () => _deletions.RunAsync(work, cancellation), cancellation))
        || await TryAsync(work, CompactJob, () => _compactor.RunAsync(work, cancellation), cancellation)
        || await TryAsync(work, RetentionJob, () => _expiry.RunAsync(work, cancellation), cancellation);

    private async Task<bool> TryAsync(ShardWork work, string job, Func<Task<bool>> run, CancellationToken cancellation)
    {
        var now = _context.Time.GetUtcNow();
        if (!work.MayRun(job, now) || work.Store.State == ShardStoreState.Fenced)
        {
            return false;
        }

        var started = _context.Time.GetTimestamp();
        work.ResetProgress(job);
        try
        {
            var did = await run();
            var seconds = _context.Time.GetElapsedTime(started).TotalSeconds;
            work.Succeeded(job, did, now, seconds);
            if (did)
            {
                _context.Instruments.Add(job, seconds, work.ProgressOf(job));
                _isAway &= job == SealJob;
                (job == SealJob ? _sealed : _done).Add(job, work.ProgressOf(job));
            }

            return did;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            var delay = work.Failed(job, _context.Time.GetUtcNow(), e.Message);
            _context.Instruments.AddFailure(job);
            if (e is BlockDamagedException damage)
            {
                _context.SetAside(work, damage);
            }

            // A store that is away is one event, however many shards and jobs find it out again and again.
            var isAway = e is ObjectStorage.ObjectStoreUnavailableException;
            var level = isAway && _isAway ? LogLevel.Debug : LogLevel.Warning;
            _isAway |= isAway;
            LogFailed(level, e is SpoolFullException || isAway ? null : e, job, work.Shard.Number, delay, e.Message);
            return false;
        }
    }

    private void LogDone(RoundSummary summary, long started)
    {
        if (summary.Take() is { } done)
        {
            var seconds = _context.Time.GetElapsedTime(started).TotalSeconds;
            LogRound(done, seconds);
        }
    }

    private Dictionary<string, int> PendingWork()
    {
        var pending = new Dictionary<string, int>(StringComparer.Ordinal) { [SealJob] = 0, [RollUpJob] = 0, [CompactJob] = 0, [DeleteJob] = 0 };
        foreach (var work in Owned())
        {
            pending[SealJob] += work.SealedUpToMs < _context.SealBorderMs ? 1 : 0;
            pending[RollUpJob] += Roller.Pending(work);
            pending[CompactJob] += CompactionPlan.Pending(work, _context.NowMs);
            pending[DeleteJob] += work.Store.Catalog.Tombstones.Count;
        }

        return pending;
    }

    [LoggerMessage(Message = "Maintenance ({Job}) of shard {Shard} failed and is tried again in {Delay}: {Problem}")]
    private partial void LogFailed(LogLevel level, Exception? exception, string job, int shard, TimeSpan delay, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The checkpoint of the log could not be written and is tried again in {Delay}: {Problem}")]
    private partial void LogCheckpointFailed(Exception exception, TimeSpan delay, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Maintenance: {Done} in {Seconds:0.0} s")]
    private partial void LogRound(string done, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A round of maintenance failed; the next one is tried all the same")]
    private partial void LogRoundFailed(Exception exception);
}

using Metrics.Core.Catalog;
using Metrics.Core.Storage;

namespace Metrics.Core.Maintenance;

/// <summary>What is going on with one shard.</summary>
internal sealed class ShardWork(Shard shard, ShardStore store) : IDisposable
{
    private const double LongestDelaySeconds = 300;

    private readonly Dictionary<string, JobStatus> _status = new(StringComparer.Ordinal);

    public Shard Shard => shard;

    public ShardStore Store => store;

    public ShardOrder Order { get; } = new(shard);

    /// <summary>
    /// Held while a block is made of memory, while something is deleted, and while another job takes its sequence numbers and looks at the
    /// catalog: a block with a lower number must not appear after that.
    /// </summary>
    public SemaphoreSlim Sealing { get; } = new(1);

    /// <summary>Held by the one job that rewrites the shard's blocks.</summary>
    public SemaphoreSlim Jobs { get; } = new(1);

    /// <summary>Everything before is in blocks, but for samples that came later.</summary>
    public long SealedUpToMs { get; set; } = long.MinValue;

    /// <summary>When memory was last looked through for what it need not have.</summary>
    public long DroppedAtMs { get; set; } = long.MinValue / 2;

    /// <summary>Samples by closed window at the last look, for seeing where writing has stopped.</summary>
    public Dictionary<long, long> Unsealed { get; set; } = [];

    /// <summary>Since when there have been late samples that no block has.</summary>
    public DateTimeOffset? LateSince { get; set; }

    /// <summary>Samples and rows that the running job has gone through.</summary>
    public long Progress { get; set; }

    /// <summary>The same for sealing, which goes on beside it.</summary>
    public long SealProgress { get; set; }

    /// <summary>Tombstones and blocks that they hide nothing of.</summary>
    public HashSet<(string Tombstone, string Block)> Untouched { get; } = [];

    /// <summary>When the first series of a block may be out of its policy, and by which policies that was worked out.</summary>
    public Dictionary<string, (object Rules, long AtMs)> NextExpiry { get; } = new(StringComparer.Ordinal);

    /// <summary>Hour blocks that give no row of a day, so that they are not looked at for ever.</summary>
    public HashSet<string> WithoutDay { get; } = new(StringComparer.Ordinal);

    /// <summary>How each kind of work last went.</summary>
    public IReadOnlyList<JobStatus> Status
    {
        get
        {
            lock (_status)
            {
                return [.. _status.Values];
            }
        }
    }

    public bool MayRun(string job, DateTimeOffset now) => StatusOf(job).NotBefore is not { } time || now >= time;

    public bool HasFailed(string job) => StatusOf(job).Failures != 0;

    public long ProgressOf(string job) => job == StorageMaintenance.SealJob ? SealProgress : Progress;

    public void ResetProgress(string job)
    {
        if (job == StorageMaintenance.SealJob)
        {
            SealProgress = 0;
        }
        else
        {
            Progress = 0;
        }
    }

    public void Succeeded(string job, bool did, DateTimeOffset now, double seconds)
    {
        var status = StatusOf(job);
        Set(status with
        {
            LastRun = did ? now : status.LastRun,
            LastSeconds = did ? seconds : status.LastSeconds,
            LastError = null,
            NotBefore = null,
            Failures = 0,
        });
    }

    /// <returns>How long it is left alone: twice as long after every failure.</returns>
    public TimeSpan Failed(string job, DateTimeOffset now, string problem)
    {
        var status = StatusOf(job);
        var delay = TimeSpan.FromSeconds(Math.Min(LongestDelaySeconds, 5 * Math.Pow(2, Math.Min(status.Failures, 10))));
        Set(status with { LastError = problem, NotBefore = now + delay, Failures = status.Failures + 1 });
        return delay;
    }

    private JobStatus StatusOf(string job)
    {
        lock (_status)
        {
            return _status.GetValueOrDefault(job) ?? new JobStatus(job);
        }
    }

    private void Set(JobStatus status)
    {
        lock (_status)
        {
            _status[status.Job] = status;
        }
    }

    /// <summary>Takes sequence numbers, and the catalog that has every block with a lower one.</summary>
    public async Task<(ShardCatalog Catalog, long[] Sequences)> SnapshotAsync(int sequences, CancellationToken cancellation)
    {
        await Sealing.WaitAsync(cancellation);
        try
        {
            var numbers = new long[sequences];
            for (var i = 0; i < sequences; i++)
            {
                numbers[i] = store.NextSequence();
            }

            return (store.Catalog, numbers);
        }
        finally
        {
            Sealing.Release();
        }
    }

    public void Dispose()
    {
        Sealing.Dispose();
        Jobs.Dispose();
    }
}

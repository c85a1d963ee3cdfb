using Metrics.Core.Blocks;
using Metrics.Core.Files;
using Metrics.Core.Model;
using Metrics.Core.ObjectStorage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Maintenance.Retention;

/// <summary>
/// How long every series is kept: policies set at run time, then those of the settings, then the defaults; the first that fits holds.
/// Those set at run time are kept in the object store for all processes, and on local disk for a start without the store. Thread-safe.
/// </summary>
public sealed partial class RetentionPolicies : IDisposable
{
    public const string ObjectName = "retention.json";

    private readonly RetentionOptions _options;
    private readonly RetentionRule[] _configured;
    private readonly IObjectStore _store;
    private readonly RetentionFile _local;
    private readonly TimeProvider _time;
    private readonly ILogger<RetentionPolicies> _logger;
    private readonly SemaphoreSlim _changing = new(1);
    private volatile RetentionRule[] _rules;
    private volatile IReadOnlyList<RetentionPolicy> _set = [];

    /// <param name="options">Defaults and configured policies.</param>
    /// <param name="store">Keeps what is set at run time.</param>
    /// <param name="files">Local disk.</param>
    /// <param name="directory">The data set's directory.</param>
    /// <param name="time">Now.</param>
    /// <param name="logger">Says what was changed.</param>
    public RetentionPolicies(
        IOptions<RetentionOptions> options, IObjectStore store, IFileSystem files, string directory, TimeProvider time, ILogger<RetentionPolicies> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _store = store;
        _local = new RetentionFile(files, directory);
        _time = time;
        _logger = logger;
        _configured = [.. _options.Policies.Select(static p => Compile(p.ToPolicy()))];
        _rules = _configured;
        Use(_local.Read());
    }

    /// <summary>What was set at run time; first match wins.</summary>
    public IReadOnlyList<RetentionPolicy> Get() => _set;

    /// <summary>Those of the settings, asked after the ones set at run time.</summary>
    public IReadOnlyList<RetentionPolicy> Configured => [.. _configured.Select(static r => r.Policy)];

    /// <summary>Whether every series is kept alike.</summary>
    public bool AreUniform => _rules.Length == 0;

    /// <summary>Changes with the policies.</summary>
    internal object Version => _rules;

    /// <summary>Replaces what was set at run time; in force here when this returns, in other processes within a minute or so.</summary>
    /// <exception cref="InvalidDataException">A policy cannot be run: the message says which and why.</exception>
    /// <exception cref="ObjectStoreException">The store could not keep it; nothing has changed.</exception>
    public async Task SetAsync(IReadOnlyList<RetentionPolicy> policies, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(policies);
        if (policies.Count > RetentionOptionsValidator.MaxPolicies)
        {
            throw new InvalidDataException($"policies has {policies.Count} entries; at most {RetentionOptionsValidator.MaxPolicies} are allowed");
        }

        if (policies.GroupBy(static p => p.Name, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1) is { } twice)
        {
            throw new InvalidDataException($"There are {twice.Count()} policies of the name {twice.Key}.");
        }

        _ = policies.Select(Compile).ToList();
        var bytes = RetentionFile.Serialize(policies);
        await _changing.WaitAsync(cancellation);
        try
        {
            var present = await _store.GetAsync(ObjectName, RetentionFile.MaxBytes, cancellation);
            using var content = new MemoryStream(bytes);
            await _store.PutAsync(ObjectName, content, present is null ? PutCondition.Absent : PutCondition.Matches(present.Version), cancellation);
            _local.Write(bytes);
            Use(policies);
            LogSet(policies.Count);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Takes over what another process has set.</summary>
    /// <exception cref="ObjectStoreException">The store does not say.</exception>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            if (await _store.GetAsync(ObjectName, RetentionFile.MaxBytes, cancellation) is { } present
                && RetentionFile.Deserialize(present.Content) is { } policies
                && !RetentionFile.Serialize(_set).AsSpan().SequenceEqual(RetentionFile.Serialize(policies)))
            {
                _local.Write(present.Content);
                Use(policies);
                LogSet(policies.Count);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>How long a series is kept at a resolution.</summary>
    public TimeSpan KeptFor(Resolution resolution, string metric, IReadOnlyList<Tag> tags)
    {
        foreach (var rule in _rules)
        {
            if (rule.Fits(metric, tags))
            {
                return rule.Policy.For(resolution) ?? DefaultOf(resolution);
            }
        }

        return DefaultOf(resolution);
    }

    /// <summary>The oldest millisecond of a series that is readable now; older ones are as if deleted.</summary>
    public long FloorMs(Resolution resolution, string metric, IReadOnlyList<Tag> tags) => NowMs - (long)KeptFor(resolution, metric, tags).TotalMilliseconds;

    /// <summary>The same for a key.</summary>
    public long FloorMs(Resolution resolution, SeriesKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return FloorMs(resolution, key.Metric, key.Tags);
    }

    /// <summary>What is older is out of every series' policy.</summary>
    public long LowestFloorMs(Resolution resolution) => NowMs - (long)Bounds(resolution).Longest.TotalMilliseconds;

    /// <summary>What is newer is within every series' policy.</summary>
    public long HighestFloorMs(Resolution resolution) => NowMs - (long)Bounds(resolution).Shortest.TotalMilliseconds;

    /// <summary>For series that no policy fits.</summary>
    public TimeSpan DefaultOf(Resolution resolution) => resolution switch
    {
        Resolution.Raw => _options.Raw,
        Resolution.Minute => _options.Minute,
        Resolution.Hour => _options.Hour,
        _ => _options.Day,
    };

    public void Dispose() => _changing.Dispose();

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private (TimeSpan Shortest, TimeSpan Longest) Bounds(Resolution resolution)
    {
        var shortest = DefaultOf(resolution);
        var longest = shortest;
        foreach (var rule in _rules)
        {
            if (rule.Policy.For(resolution) is { } kept)
            {
                shortest = kept < shortest ? kept : shortest;
                longest = kept > longest ? kept : longest;
            }
        }

        return (shortest, longest);
    }

    private void Use(IReadOnlyList<RetentionPolicy> policies)
    {
        _rules = [.. policies.Select(Compile), .. _configured];
        _set = policies;
    }

    private static RetentionRule Compile(RetentionPolicy policy) =>
        RetentionRule.TryCompile(policy, out var rule, out var problem)
            ? rule
            : throw new InvalidDataException($"Retention policy {policy.Name}: {problem.Field} {problem.Reason}.");

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} retention policies set at run time are in force")]
    private partial void LogSet(int count);
}

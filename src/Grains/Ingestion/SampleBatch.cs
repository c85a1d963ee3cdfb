using System.Buffers;
using Metrics.Core.Cardinality;
using Metrics.Core.Ingestion;
using Metrics.Core.Model;
using Metrics.Core.Series;
using Metrics.Core.Sketches;
using Metrics.Core.Storage;
using Metrics.Grains.Placement;

namespace Metrics.Grains.Ingestion;

/// <summary>Points on their way in, already sorted into this silo's and others'.</summary>
internal sealed class SampleBatch(SampleWriter writer) : ISampleBatch
{
    private PointAge _age;
    private SeriesRoutes _routes = new(ShardMap.Empty, 1);
    private WireKey _lastKey;
    private LiveSeries? _last;
    private long _refusedTimestampMs;
    private string _refusedMetric = "";
    private Admission _refusal;
    private RemoteRefusal? _remoteRefusal;
    private int _withheld;

    public SampleBuffer Local { get; } = new();

    public RemoteSamples Remote { get; } = new();

    public int Count => Local.Count + Local.Distributions.Count + Remote.Series.Count + Remote.Distributions.Count + _withheld;

    /// <summary>Samples that it has room for without growing.</summary>
    public int Capacity => Math.Max(Local.Capacity, Remote.Capacity);

    /// <summary>Whether there are points that the storage was not ready for: the batch cannot be written.</summary>
    public bool IsWithheld => _withheld != 0;

    /// <summary>Reads the clock and the membership, once for all of the batch's points.</summary>
    public void Begin()
    {
        _age = writer.Engine.CurrentPointAge();
        _routes = writer.Routes;
        (_lastKey, _last) = (default, null);
        _withheld = 0;
        _remoteRefusal = null;
    }

    public void Expect(WireKey wireKey) => _routes.Local.Prefetch(wireKey);

    public AddResult Add(WireKey wireKey, long timestampMs, double value)
    {
        // A series' samples come one after the other.
        if (_last is null || wireKey != _lastKey)
        {
            (_lastKey, _last) = (wireKey, _routes.Local.Find(wireKey));
            if (_last is null)
            {
                return _routes.Remote.Find(wireKey) is { } remote ? AddTo(remote, timestampMs, value) : AddResult.UnknownSeries;
            }

            _last.Prefetch();
        }

        var age = CheckAge(timestampMs);
        if (age == AddResult.Added)
        {
            Local.Add(_last, timestampMs, value);
        }

        return age;
    }

    public AddResult Add(WireKey wireKey, SeriesKey series, long timestampMs, double value)
    {
        // Before the series is made: a refused point leaves nothing behind.
        var age = CheckAge(timestampMs);
        if (age != AddResult.Added)
        {
            return age;
        }

        var resolved = Resolve(wireKey, series, out var target);
        return resolved == AddResult.Added && target is not null ? AddTo(target, timestampMs, value) : resolved;
    }

    public AddResult Add(WireKey wireKey, SeriesKey series, long timestampMs, TDigest distribution)
    {
        ArgumentNullException.ThrowIfNull(distribution);
        var age = CheckAge(timestampMs);
        if (age != AddResult.Added)
        {
            return age;
        }

        var resolved = Resolve(wireKey, series, out var target);
        if (resolved != AddResult.Added || target is null)
        {
            return resolved;
        }

        if (IsRefused(target, out var refused))
        {
            return refused;
        }

        var serialized = new ArrayBufferWriter<byte>(256);
        distribution.Write(serialized);
        if (target is LiveSeries live)
        {
            Local.Add(live, timestampMs, serialized.WrittenSpan.ToArray());
        }
        else
        {
            Remote.Distributions.Add(((RemoteSeries)target, timestampMs, serialized.WrittenSpan.ToArray()));
        }

        return AddResult.Added;
    }

    public FieldProblem Describe(AddResult result) => result switch
    {
        AddResult.TooOld or AddResult.TooFarAhead => _age.Describe(result, _refusedTimestampMs),
        AddResult.TooManySeries or AddResult.TooManySeriesOfMetric when _remoteRefusal is { } remote => new("tags", remote.Sentence),
        AddResult.TooManySeries or AddResult.TooManySeriesOfMetric => new("tags", writer.Cardinality.Describe(_refusal, _refusedMetric)),
        _ => default,
    };

    public void Dispose()
    {
        Local.Clear();
        Remote.Clear();
        writer.Return(this);
    }

    private AddResult AddTo(ISeriesTarget target, long timestampMs, double value)
    {
        var age = CheckAge(timestampMs);
        if (age != AddResult.Added)
        {
            return age;
        }

        if (IsRefused(target, out var refused))
        {
            return refused;
        }

        if (target is LiveSeries live)
        {
            Local.Add(live, timestampMs, value);
        }
        else
        {
            Remote.Series.Add((RemoteSeries)target);
            Remote.TimestampsMs.Add(timestampMs);
            Remote.Values.Add(value);
        }

        return AddResult.Added;
    }

    private bool IsRefused(ISeriesTarget target, out AddResult result)
    {
        result = AddResult.Added;
        if (target is not RemoteSeries { Refusal: { } refusal } || !writer.Remembers(refusal))
        {
            return false;
        }

        (_remoteRefusal, result) = (refusal, refusal.Result);
        return true;
    }

    private AddResult CheckAge(long timestampMs)
    {
        var result = _age.Check(timestampMs);
        if (result != AddResult.Added)
        {
            _refusedTimestampMs = timestampMs;
        }

        return result;
    }

    /// <summary>Finds or makes the series; it is null when the storage is not ready, which <see cref="IsWithheld"/> then says.</summary>
    private AddResult Resolve(WireKey wireKey, SeriesKey series, out ISeriesTarget? target)
    {
        var shard = series.Id.Shard(writer.Engine.Manifest.ShardCount);
        if (_routes.Shards.IsLocal(shard))
        {
            if (writer.Engine.State != EngineState.Ready)
            {
                _withheld++;
                target = null;
                return AddResult.Added;
            }

            var admission = writer.Engine.GetOrAdd(series, out var live);
            target = live;
            if (admission != Admission.Admitted)
            {
                (_refusal, _refusedMetric, _remoteRefusal) = (admission, series.Metric, null);
                return admission == Admission.TooManySeries ? AddResult.TooManySeries : AddResult.TooManySeriesOfMetric;
            }

            _routes.Local.Set(wireKey, live!);
        }
        else
        {
            var remote = _routes.Remote.Find(wireKey) ?? new RemoteSeries(series, shard);
            _routes.Remote.Set(wireKey, remote);
            target = remote;
        }

        return AddResult.Added;
    }
}

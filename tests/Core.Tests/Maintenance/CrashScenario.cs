using Metrics.Core.Blocks;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Tests.Catalog;
using Metrics.Core.Tests.Files;
using Microsoft.Extensions.Time.Testing;
using static Metrics.Core.Tests.Maintenance.MaintenanceHarness;

namespace Metrics.Core.Tests.Maintenance;

/// <summary>
/// The life of a few series: written, late, sealed, rolled up, compacted, deleted, expired, late again. A step that fails is done again, by
/// the same process or after a restart, and what was acknowledged must be there in between.
/// </summary>
internal sealed class CrashScenario
{
    private readonly SeriesKey[] _keys = [SeriesKey.Create("a", new Tag("n", "1")), SeriesKey.Create("b", new Tag("n", "2"))];
    private readonly PointModel _model = new();
    private readonly Dictionary<(string, long), double> _maybe = [];
    private readonly List<Func<Task>> _steps;
    private readonly FakeTimeProvider _time = new(Start);
    private readonly Objects _objects = new();
    private (string Metric, long FromMs, long ToMs)? _maybeDeleted;
    private FaultyFileSystem _files;
    private FaultyObjectStore _store;
    private MaintenanceHarness _harness = null!;

    public CrashScenario(FaultyFileSystem files, Func<Objects, FaultyObjectStore>? store = null)
    {
        _files = files;
        _store = store?.Invoke(_objects) ?? new FaultyObjectStore(_objects);
        var raw = new List<Func<Task>>();
        _steps = raw;

        void Later(TimeSpan later)
        {
            // Time goes by once, however often what has to be done then is tried.
            raw.Add(() =>
            {
                _time.Advance(later);
                return Task.CompletedTask;
            });
            raw.Add(SettleAsync);
        }

        // A day and a bit, in order, then what comes late, twice to the same place.
        raw.Add(() => WriteAsync(Every(2 * HourMs, 8 * HourMs, 30 * MinuteMs)));
        raw.Add(() => WriteAsync(Every(20 * HourMs, 22 * HourMs, 30 * MinuteMs)));
        Later(TimeSpan.FromHours(26) + TimeSpan.FromMinutes(11));
        Later(TimeSpan.FromMinutes(11));
        raw.Add(() => WriteAsync([(_keys[0], At((5 * HourMs) + 7), 1000), (_keys[0], At(5 * HourMs), 2000), (_keys[1], At(20 * HourMs), 3000)]));
        Later(TimeSpan.FromMinutes(31));
        Later(TimeSpan.FromMinutes(31));
        raw.Add(() => DeleteAsync("a", At((3 * HourMs) + 10 * MinuteMs), At((7 * HourMs) + 30_000)));
        raw.Add(() => WriteAsync([(_keys[0], At((4 * HourMs) + 1), 4000), (_keys[0], At(5 * HourMs), 5000)]));
        Later(TimeSpan.FromHours(2));

        // Samples and minutes of the first day leave; hours and days stay, and late points are joined into them.
        raw.Add(() => WriteAsync(Every(28 * HourMs, 30 * HourMs, 30 * MinuteMs)));
        Later(TimeSpan.FromDays(3));
        raw.Add(() => WriteAsync([(_keys[1], At((6 * HourMs) + 77), 6000)]));
        Later(TimeSpan.FromMinutes(40));
        raw.Add(() => WriteAsync([(_keys[1], At((6 * HourMs) + 78), 7000)]));
        Later(TimeSpan.FromHours(3));
    }

    /// <summary>Restarts that the run took.</summary>
    public int Restarts { get; private set; }

    private static HarnessOptions Options => new()
    {
        Shards = 1,
        Retention = new RetentionOptions { Raw = TimeSpan.FromDays(2), Minute = TimeSpan.FromDays(2) },
    };

    public async Task RunAsync()
    {
        if (!await TryAsync(OpenAsync))
        {
            await RestartAsync();
        }

        foreach (var step in _steps)
        {
            var tries = 0;
            while (!await TryAsync(step))
            {
                Assert.InRange(++tries, 1, 8);
                if (tries % 2 == 0 || _files.IsDead)
                {
                    await RestartAsync();
                }

                _time.Advance(TimeSpan.FromSeconds(30));
                await CheckAsync(whole: false);
            }

            await CheckAsync(whole: true);
        }

        // A last restart of a process in good order, and everything is settled.
        await RestartAsync();
        await SettleAsync();
        Assert.Null(_harness.Problem);
        await CheckAsync(whole: true);
        foreach (var resolution in new[] { Resolution.Minute, Resolution.Hour, Resolution.Day })
        {
            _model.CheckRows(await BruteReader.RowsAsync(_harness, resolution), resolution, _harness.Maintenance.Works[0].SealedUpToMs, Floor(resolution));
        }

        await CloseAsync();
    }

    private static long At(long offsetMs) => StartMs + offsetMs;

    private List<(SeriesKey, long, double)> Every(long fromMs, long toMs, long stepMs)
    {
        var points = new List<(SeriesKey, long, double)>();
        for (var at = fromMs; at < toMs; at += stepMs)
        {
            points.AddRange(_keys.Select((k, i) => (k, At(at + (i * 1000)), (double)(at / stepMs))));
        }

        return points;
    }

    private static async Task<bool> TryAsync(Func<Task> step)
    {
        try
        {
            await step();
            return true;
        }
        catch (Exception e) when (e is IOException or Metrics.Core.Ingestion.WriteUnavailableException or InvalidOperationException)
        {
            return false;
        }
    }

    private async Task WriteAsync(List<(SeriesKey Key, long AtMs, double Value)> points)
    {
        points.ForEach(p => _maybe[(p.Key.ToString(), p.AtMs)] = p.Value);
        await _harness.WriteAsync(points);
        points.ForEach(p => _model.Points[(p.Key.ToString(), p.AtMs)] = p.Value);
        _maybe.Clear();
    }

    private async Task DeleteAsync(string metric, long fromMs, long toMs)
    {
        _maybeDeleted = (metric, fromMs, toMs);
        await _harness.Deletion.DeleteAsync(new SeriesSelector(metric, []), fromMs, toMs, Cancellation);
        _model.Delete(metric, fromMs, toMs);
        _maybeDeleted = null;
    }

    private async Task SettleAsync()
    {
        for (var round = 0; round < 3; round++)
        {
            await _harness.Maintenance.RunOnceAsync(Cancellation);
            await _harness.Stores.FlushAsync(Cancellation);
            _time.Advance(TimeSpan.FromSeconds(20));
        }

        if (_harness.Problem is { } problem)
        {
            throw new IOException(problem);
        }
    }

    private async Task OpenAsync() => _harness = await MaintenanceHarness.OpenAsync(_files, time: _time, options: Options, store: _store);

    private async Task RestartAsync()
    {
        Restarts++;
        await CloseAsync();
        _files = _files.AfterKill();
        _store = new FaultyObjectStore(_objects);
        await OpenAsync();
    }

    private async Task CloseAsync()
    {
        try
        {
            if (_harness is not null)
            {
                await _harness.DisposeAsync();
            }
        }
        catch (IOException)
        {
            // A process that died does not close its files either.
            return;
        }
    }

    private long Floor(Resolution resolution)
    {
        var floor = _harness.Policies.FloorMs(resolution, "a", []);
        return resolution == Resolution.Raw ? floor : floor + resolution.LengthMs() - 1 - ((floor + resolution.LengthMs() - 1) % resolution.LengthMs());
    }

    /// <summary>What was acknowledged is readable, and nothing else but what is not known to have failed.</summary>
    private async Task CheckAsync(bool whole)
    {
        _store.Paused = true;
        var read = await BruteReader.SamplesAsync(_harness);
        _store.Paused = false;
        var floor = Floor(Resolution.Raw);
        if (whole)
        {
            _model.CheckSamples(read, floor);
            return;
        }

        foreach (var (point, value) in _model.Points.Where(p => p.Key.AtMs >= floor))
        {
            var mayBeGone = _maybeDeleted is { } d && point.Series.StartsWith(d.Metric + "{", StringComparison.Ordinal) && point.AtMs >= d.FromMs && point.AtMs < d.ToMs;
            var there = read.TryGetValue(point, out var found);
            Assert.True(there || mayBeGone, $"{point} is lost");
            Assert.True(!there || found.Equals(value) || (_maybe.TryGetValue(point, out var other) && found.Equals(other)), $"{point} is {found} instead of {value}");
        }

        Assert.All(read.Keys, point => Assert.True(_model.Points.ContainsKey(point) || _maybe.ContainsKey(point), $"{point} was not written"));
    }
}

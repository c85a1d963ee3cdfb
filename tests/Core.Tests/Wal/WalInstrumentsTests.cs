using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;

namespace Metrics.Core.Tests.Wal;

public sealed class WalInstrumentsTests
{
    [Fact]
    public async Task Every_instrument_has_a_unit_and_appends_and_failures_are_counted()
    {
        var counts = new ConcurrentDictionary<string, double>();
        var units = new ConcurrentDictionary<string, string?>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == WalInstruments.MeterName)
            {
                units[instrument.Name] = instrument.Unit;
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((i, value, _, _) => counts.AddOrUpdate(i.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((i, _, _, _) => counts.AddOrUpdate(i.Name, 1, (_, sum) => sum + 1));
        listener.Start();

        var files = new FaultyFileSystem();
        await using (var log = WalHarness.Open(files, WalHarness.Batch(), out _))
        {
            await log.AppendAsync("counted");
            files.FailFlushes = true;
            Assert.False(await log.TryAppendAsync("not counted"));
            files.FailFlushes = false;
        }

        var damaged = files.Content(WalHarness.PathOf(1));
        damaged[0] ^= 1;
        files.SetContent(WalHarness.PathOf(1), damaged);
        await WalHarness.ReplayAsync(files);

        // Other tests run at the same time and count on the same meter.
        string[] moved =
        [
            "wal.appended.records", "wal.appended.bytes", "wal.groups", "wal.write.duration", "wal.fsync.duration", "wal.failures", "wal.corruptions",
        ];
        Assert.All(moved, name => Assert.True(counts.GetValueOrDefault(name) > 0, name));
        Assert.All(units.Values, unit => Assert.False(string.IsNullOrEmpty(unit)));
        Assert.Equal(moved.Order(), units.Keys.Order());
    }
}

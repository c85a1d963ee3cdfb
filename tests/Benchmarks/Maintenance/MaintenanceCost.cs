using System.Diagnostics;
using System.Globalization;
using Metrics.Core.Blocks;
using Metrics.Core.Maintenance;
using Metrics.Core.Series;

namespace Metrics.Benchmarks.Maintenance;

/// <summary>
/// What a sample of one-second data costs between memory and a day's block: processor time of the whole process, by phase, and bytes by
/// resolution. Processor time, so that other work on the machine counts little.
/// </summary>
internal static class MaintenanceCost
{
    private const int DefaultSeries = 200;
    private const int DefaultHours = 24;
    private const string Header = "values          ns/sample: append   seal roll up compact publish |  seal to publish | B/sample: raw  1m %  1h %  1d %";

    /// <param name="args">Series, hours (both optional), and names of kinds of values.</param>
    /// <param name="output">Takes the table.</param>
    public static async Task PrintAsync(IReadOnlyList<string> args, TextWriter output)
    {
        var numbers = args.Where(static a => int.TryParse(a, CultureInfo.InvariantCulture, out _)).Select(static a => int.Parse(a, CultureInfo.InvariantCulture)).ToList();
        var names = args.Where(static a => !int.TryParse(a, CultureInfo.InvariantCulture, out _)).ToList();
        var series = numbers.Count > 0 ? numbers[0] : DefaultSeries;
        var hours = numbers.Count > 1 ? numbers[1] : DefaultHours;
        await output.WriteLineAsync(Header);

        // Once for the compiler.
        await RunAsync(SecondValues.Whole, 100, 24);
        foreach (var kind in Enum.GetValues<SecondValues>())
        {
            if (names.Count == 0 || names.Contains(kind.ToString(), StringComparer.OrdinalIgnoreCase))
            {
                await output.WriteLineAsync(Describe(kind, await RunAsync(kind, series, hours)));
            }
        }
    }

    private static async Task<Costs> RunAsync(SecondValues kind, int series, int hours)
    {
        var source = new SecondSource(kind, series);
        var costs = new Costs();
        await using var storage = await CostStorage.OpenAsync(series);
        for (var window = 0; window * 2 < hours; window++)
        {
            await source.FillAsync(storage, window, costs);
            storage.MoveTo(((window + 1) * SeriesBuffer.WindowMs) + storage.SealDelayMs + 1);
            var border = storage.Context.SealBorderMs;
            await costs.MeasureAsync(Phase.Seal, () => storage.Sealer.SealAsync(storage.Work, null, border, border, null, CancellationToken.None));
            storage.Work.SealedUpToMs = border;
            await costs.MeasureAsync(Phase.RollUp, () => RepeatAsync(storage.Roller.RunAsync, storage.Work));
            storage.Context.Engine.DropSealed(storage.Work.Shard, border);
        }

        foreach (var block in storage.Work.Store.Catalog.Blocks)
        {
            costs.Bytes[block.Resolution] = costs.Bytes.GetValueOrDefault(block.Resolution) + block.Bytes;
        }

        // Blocks become final some time after their day.
        storage.MoveTo((hours * 3_600_000L) + (4 * 86_400_000L));
        await costs.MeasureAsync(Phase.Compact, () => RepeatAsync(storage.Compactor.RunAsync, storage.Work));
        await costs.MeasureAsync(Phase.Publish, () => storage.Stores.FlushAsync(CancellationToken.None));
        foreach (var block in storage.Work.Store.Catalog.Blocks)
        {
            costs.Merged[block.Resolution] = costs.Merged.GetValueOrDefault(block.Resolution) + block.Bytes;
        }

        costs.Recoded = storage.Compactor.Totals.Recoded;
        return costs;
    }

    private static async Task RepeatAsync(Func<ShardWork, CancellationToken, Task<bool>> run, ShardWork work)
    {
        while (await run(work, CancellationToken.None))
        {
            // Until there is nothing more to do.
            await Task.Yield();
        }
    }

    private static string Describe(SecondValues kind, Costs costs)
    {
        var raw = costs.Merged[Resolution.Raw];
        var phases = string.Join(" ", Enum.GetValues<Phase>().Select(p => costs.NanosecondsOf(p).ToString("F1", CultureInfo.InvariantCulture).PadLeft(7)));
        var all = Enum.GetValues<Phase>().Where(static p => p != Phase.Append).Sum(costs.NanosecondsOf);
        string Percent(Resolution resolution) =>
            (100.0 * costs.Merged.GetValueOrDefault(resolution) / raw).ToString("F2", CultureInfo.InvariantCulture).PadLeft(5);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{kind,-16}         {phases} | {all,16:F1} | {(double)raw / costs.Samples,12:F3} {Percent(Resolution.Minute)} {Percent(Resolution.Hour)} {Percent(Resolution.Day)}  {(costs.Recoded == 0 ? "" : $"recoded {costs.Recoded}")}");
    }
}

/// <summary>Where the time goes.</summary>
internal enum Phase
{
    Append,
    Seal,
    RollUp,
    Compact,
    Publish,
}

/// <summary>Processor time by phase, bytes by resolution.</summary>
internal sealed class Costs
{
    private readonly double[] _seconds = new double[Enum.GetValues<Phase>().Length];

    public long Samples { get; set; }

    public long Recoded { get; set; }

    /// <summary>As sealed and rolled up.</summary>
    public Dictionary<Resolution, long> Bytes { get; } = [];

    /// <summary>As compacted.</summary>
    public Dictionary<Resolution, long> Merged { get; } = [];

    public double NanosecondsOf(Phase phase) => 1e9 * _seconds[(int)phase] / Samples;

    public async Task MeasureAsync(Phase phase, Func<Task> run)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        await run();
        process.Refresh();
        _seconds[(int)phase] += (process.TotalProcessorTime - before).TotalSeconds;
    }
}

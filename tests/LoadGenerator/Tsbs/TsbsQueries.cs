using System.Diagnostics;
using System.Globalization;
using Metrics.LoadGenerator.Os;
using Metrics.LoadGenerator.Reports;

namespace Metrics.LoadGenerator.Tsbs;

/// <summary>
/// Asks every kind of query many times, one at a time. Two servers are asked in turn, some questions each, so that both have the same machine,
/// and their answers are compared.
/// </summary>
internal static class TsbsQueries
{
    public static int Run(CommandLine options, Uri target, ServerProcess? server, TimeProvider time, Report report)
    {
        var data = new TsbsData(options, time.GetUtcNow().ToUnixTimeMilliseconds());
        var repeat = options.Number("repeat", 100);
        var warmup = TimeSpan.FromSeconds(options.Number("warmup-s", 2, min: 0));
        var inARow = options.Number("in-a-row", 10);
        var kinds = Kinds(options.Text("kinds"));
        var victoria = options.Text("victoria");
        var victoriaPid = options.Number("victoria-pid");
        options.RefuseOthers();

        using var ours = new TsbsSide("ours", target, new OurServer(), server);
        using var theirs = victoria is null
            ? null
            : new TsbsSide(
                "victoria-metrics", new Uri(victoria), new VictoriaMetrics(), victoriaPid is { } pid ? new ServerProcess((int)pid) : null);
        TsbsSide[] sides = theirs is null ? [ours] : [ours, theirs];
        var different = 0;
        Console.WriteLine("| kind | values | " + string.Join(" | ", sides.Select(static s => $"{s.Name} p50 | p95 | p99 | CPU")) + " | ratio p50 |");
        Console.WriteLine("|---|" + string.Concat(Enumerable.Repeat("---:|", (4 * sides.Length) + 2)));
        foreach (var kind in kinds)
        {
            var questions = kind.Questions(data, repeat);
            var asked = kind.IsPercentile ? sides[..1] : sides;
            Array.ForEach(asked, static side => side.Reconnect());
            Array.ForEach(asked, side => Warm(side, questions, warmup));
            different += Measure(kind, questions, inARow, asked, report);
        }

        report.Add("answers that differ", different, "answers");
        return different == 0 ? 0 : 1;
    }

    private static TsbsKind[] Kinds(string? names)
    {
        TsbsKind[] all = [.. TsbsKind.Devops, .. TsbsKind.LongRanges];
        return names is null
            ? TsbsKind.Devops
            : [.. names.Split(',').Select(name => all.FirstOrDefault(kind => kind.Name == name)
                ?? throw new UsageException($"'{name}' is not a kind; these are: {string.Join(' ', all.Select(static kind => kind.Name))}"))];
    }

    /// <summary>By time, not by count: code is optimized some time after it was called some times.</summary>
    private static void Warm(TsbsSide side, TsbsQuestion[] questions, TimeSpan length)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; Stopwatch.GetElapsedTime(started) < length; i++)
        {
            side.Ask(questions[i % questions.Length]);
        }
    }

    private static int Measure(TsbsKind kind, TsbsQuestion[] questions, int inARow, TsbsSide[] sides, Report report)
    {
        var different = 0;
        var values = 0L;
        Array.ForEach(sides, static side => side.BeginTiming());
        foreach (var some in questions.Chunk(inARow))
        {
            var answers = Array.ConvertAll(sides, side => Array.ConvertAll(some, side.Ask));
            for (var i = 0; i < some.Length; i++)
            {
                var read = sides.Zip(answers, (side, answer) => side.Read(some[i], answer[i])).ToArray();
                values += read[0].Count;
                if (read.Length > 1 && read[0].DifferenceFrom(read[1]) is { } difference)
                {
                    different++;
                    Console.Error.WriteLine($"  {kind.Name}: {difference}");
                }
            }
        }

        var timings = sides.Select(static side => side.EndTiming()).ToArray();
        for (var i = 0; i < sides.Length; i++)
        {
            report.Keep($"{sides[i].Name} {kind.Name} p50", timings[i].P50);
            report.Keep($"{sides[i].Name} {kind.Name} p95", timings[i].P95);
            report.Keep($"{sides[i].Name} {kind.Name} p99", timings[i].P99);
            report.Keep($"{sides[i].Name} {kind.Name} CPU", timings[i].CpuMs);
        }

        var columns = timings.Select(static t => string.Create(
            CultureInfo.InvariantCulture, $"{t.P50:0.00} ms | {t.P95:0.00} ms | {t.P99:0.00} ms | {t.CpuMs:0.00} ms"));
        var ratio = timings.Length == 1 ? "" : (timings[0].P50 / timings[1].P50).ToString("0.00", CultureInfo.InvariantCulture);
        Console.WriteLine($"| {kind.Name} | {values / questions.Length} | {string.Join(" | ", columns)} | {ratio} |");
        return different;
    }
}

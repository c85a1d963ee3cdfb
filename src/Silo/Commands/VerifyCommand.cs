using Metrics.Core.Backup;
using Spectre.Console;

namespace Metrics.Silo.Commands;

/// <summary><c>metrics verify</c>: exits with 1 when something is damaged.</summary>
internal static class VerifyCommand
{
    public static async Task<int> RunAsync(CommandArguments arguments, CancellationToken cancellation)
    {
        using var server = new LiveServer(arguments.Url);
        var dataPath = arguments.NamesDataPath || arguments.Place is not null ? null : await server.DataPathAsync(cancellation);
        var store = arguments.Place is null ? arguments.OpenStore(dataPath ?? Path.GetFullPath(arguments.Storage.DataPath)) : arguments.OpenPlace();
        var result = await ProgressBar.ShowAsync("Verify", progress => arguments.Place is null
            ? new VerifyJob(store).RunAsync(progress, cancellation)
            : new VerifyJob(store).RunBackupsAsync(progress, cancellation));
        AnsiConsole.MarkupLineInterpolated(
            $"{store.Description}: {result.Shards} shards, {result.Blocks} blocks, {Bytes.Text(result.Bytes)}, {result.Samples} samples and rollup rows.");
        Show("damaged", result.Damaged);
        Show("set aside before", result.SetAside);
        if (result.Damaged.Count == 0)
        {
            AnsiConsole.MarkupLine("Every checksum and every index is right.");
            return 0;
        }

        if (arguments.Place is null && await server.DataPathAsync(cancellation) is not null)
        {
            await server.RecheckAsync(result.Damaged.Select(static d => d.Block), cancellation);
            AnsiConsole.MarkupLine("The server sets them aside: it answers without them, and never deletes them.");
        }

        return 1;
    }

    private static void Show(string what, IReadOnlyList<BlockFinding> findings)
    {
        foreach (var finding in findings)
        {
            foreach (var problem in finding.Problems)
            {
                // Not wrapped at the width of a terminal: for grep.
                AnsiConsole.Console.Profile.Out.Writer.WriteLine($"{what}: {finding.Block}: {problem}");
            }
        }
    }
}

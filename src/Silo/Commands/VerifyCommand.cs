using Metrics.Core.Backup;

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
        Text.Write(FormattableString.Invariant(
            $"{store.Description}: {result.Shards} shards, {result.Blocks} blocks, {Bytes.Text(result.Bytes)}, {result.Samples} samples and rollup rows."));
        Show("damaged", result.Damaged);
        Show("set aside before", result.SetAside);
        if (result.Damaged.Count == 0)
        {
            Text.Write(result.SetAside.Count == 0 ? "Every checksum and every index is right." : "Every checksum and every index of the other blocks is right.");
            return 0;
        }

        var blocks = result.Damaged.Where(static d => d.IsBlock).Select(static d => d.Name).ToList();
        if (arguments.Place is null && blocks.Count != 0 && await server.DataPathAsync(cancellation) is { } running && (dataPath is null || running == dataPath))
        {
            var aside = await server.RecheckAsync(blocks, cancellation);
            Text.Write($"The server finds {aside} of these {blocks.Count} blocks damaged too and sets them aside: it answers without them, and never deletes them.");
        }

        return 1;
    }

    private static void Show(string what, IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            foreach (var problem in finding.Problems)
            {
                Text.Write($"{what}: {finding.Name}: {problem}");
            }
        }
    }
}

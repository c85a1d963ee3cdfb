using Metrics.Core.Backup;
using Metrics.Core.ObjectStorage;

namespace Metrics.Silo.Commands;

/// <summary><c>metrics backup</c>.</summary>
internal static class BackupCommand
{
    public static async Task<int> RunAsync(CommandArguments arguments, CancellationToken cancellation)
    {
        var target = arguments.OpenPlace();
        var source = arguments.OpenStore(await PrepareAsync(arguments, cancellation));
        var job = new BackupJob(source, target, CommandArguments.Time);
        var result = await ProgressBar.ShowAsync("Backup", progress => job.RunAsync(progress, cancellation));
        Text.Write(
            $"Backup {result.Manifest.Id}: {result.Manifest.Blocks} blocks, {Bytes.Text(result.Manifest.Bytes)}; copied {result.Copied} ({Bytes.Text(result.CopiedBytes)}), {result.Skipped} were there.");
        return 0;
    }

    /// <summary>Has the server write its memory to blocks.</summary>
    /// <returns>The data directory.</returns>
    private static async Task<string> PrepareAsync(CommandArguments arguments, CancellationToken cancellation)
    {
        var dataPath = Path.GetFullPath(arguments.Storage.DataPath);
        if (arguments.Offline)
        {
            return dataPath;
        }

        using var server = new LiveServer(arguments.Url);
        var servers = await server.DataPathAsync(cancellation) ?? throw new BackupException(
            $"No server answers at {arguments.Url}. Set --url to its address, or --offline=true to back up only what is in blocks already (without the newest hours).");
        if (arguments.NamesDataPath && arguments.ObjectStore.Kind == ObjectStoreKind.Folder && servers != dataPath)
        {
            throw new BackupException($"The server at {arguments.Url} has its data in {servers}, not in {dataPath}. Set --url or --Metrics:DataPath to the other.");
        }

        Text.Write("The server writes its memory to blocks.");
        await server.FlushAsync(cancellation);
        return servers;
    }
}

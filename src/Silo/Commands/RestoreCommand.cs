using Metrics.Core.Backup;
using Metrics.Core.Files;

namespace Metrics.Silo.Commands;

/// <summary><c>metrics restore</c>.</summary>
internal static class RestoreCommand
{
    public static async Task<int> RunAsync(CommandArguments arguments, CancellationToken cancellation)
    {
        var dataPath = Path.GetFullPath(arguments.Storage.DataPath);
        var target = arguments.OpenStore(dataPath);
        var job = new RestoreJob(arguments.OpenPlace(), target, LocalFileSystem.Instance, dataPath, CommandArguments.Time);
        var result = await ProgressBar.ShowAsync("Restore", progress => job.RunAsync(arguments.Id, progress, cancellation));
        Text.Write($"Restored {result.Manifest.Id} into {dataPath} and {target.Description}: {result.Manifest.Blocks} blocks, {Bytes.Text(result.Manifest.Bytes)}. Start the server with the same settings.");
        return 0;
    }
}

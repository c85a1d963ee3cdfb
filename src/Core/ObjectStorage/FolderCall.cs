namespace Metrics.Core.ObjectStorage;

/// <summary>Calls of the operating system that may hang (a network file system): run beside the caller, who stops waiting at its limit.</summary>
internal static class FolderCall
{
    public static async Task<T> Run<T>(Func<T> call, CancellationToken cancellation)
    {
        var running = Task.Run(call, CancellationToken.None);
        try
        {
            return await running.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (!running.IsCompleted)
        {
            // Left behind; what it ends with is nobody's any more.
            _ = running.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    public static Task Run(Action call, CancellationToken cancellation) => Run(
        () =>
        {
            call();
            return true;
        },
        cancellation);
}

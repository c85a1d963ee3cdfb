using Metrics.Core.Backup;
using Spectre.Console;

namespace Metrics.Silo.Commands;

/// <summary>A bar with bytes, speed and time left on a terminal; a line now and then elsewhere.</summary>
internal static class ProgressBar
{
    public static Task<T> ShowAsync<T>(string title, Func<IProgress<CopyProgress>, Task<T>> work) => AnsiConsole.Progress()
        .Columns(
            new TaskDescriptionColumn(),
            new ProgressBarColumn(),
            new PercentageColumn(),
            new DownloadedColumn(),
            new TransferSpeedColumn(),
            new RemainingTimeColumn())
        .StartAsync(async context =>
        {
            var task = context.AddTask(title, maxValue: 1);
            var result = await work(new Bar(task));
            task.Value = task.MaxValue;
            return result;
        });

    private sealed class Bar(ProgressTask task) : IProgress<CopyProgress>
    {
        public void Report(CopyProgress value)
        {
            task.MaxValue = Math.Max(1, value.Bytes);
            task.Value = Math.Min(value.BytesDone, task.MaxValue);
        }
    }
}

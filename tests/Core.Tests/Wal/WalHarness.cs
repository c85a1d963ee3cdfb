using System.Text;
using Metrics.Core.Files;
using Metrics.Core.Wal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Wal;

/// <summary>Opens logs and keeps what they replayed.</summary>
internal static class WalHarness
{
    public const string Directory = "data/wal";

    public static WalOptions Batch(int segmentBytes = 1024 * 1024) => new() { Commit = "batch", SegmentBytes = segmentBytes };

    public static WalOptions Interval(int segmentBytes = 1024 * 1024) => new() { Commit = "100ms", SegmentBytes = segmentBytes };

    public static string PathOf(long segment) => $"{Directory}/{segment:D12}.wal";

    public static WriteAheadLog Open(IFileSystem files, WalOptions options, out List<string> replayed, TimeProvider? time = null)
    {
        var records = new List<string>();
        replayed = records;
        return WriteAheadLog.Open(
            Directory,
            options,
            files,
            (type, payload, position) => records.Add(type + ":" + Encoding.UTF8.GetString(payload)),
            time ?? new FakeTimeProvider(),
            NullLogger.Instance);
    }

    /// <summary>Opens, closes, and gives what was replayed.</summary>
    public static async Task<List<string>> ReplayAsync(IFileSystem files, WalOptions? options = null)
    {
        await using var log = Open(files, options ?? Batch(), out var replayed);
        return replayed;
    }

    public static ValueTask AppendAsync(this WriteAheadLog log, string text) =>
        log.AppendAsync(1, Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);

    /// <summary>Whether the append was acknowledged.</summary>
    public static async Task<bool> TryAppendAsync(this WriteAheadLog log, string text)
    {
        try
        {
            await log.AppendAsync(text);
            return true;
        }
        catch (WalUnavailableException)
        {
            return false;
        }
    }

    public static async Task WaitUntilAsync(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, "never came about: " + what);
            await Task.Yield();
        }
    }
}

namespace Metrics.Core.Catalog;

internal sealed partial class DiskCache
{
    /// <summary>One request for neighbouring pages, and all who wait for it.</summary>
    private sealed class PageFetch(int first)
    {
        private readonly TaskCompletionSource<byte[]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int First => first;

        public int Pages { get; set; }

        public Task Done => _done.Task;

        public bool Covers(int page) => page >= first && page < first + Pages;

        public void Copy(long position, Span<byte> destination) =>
            _done.Task.Result.AsSpan((int)(position - (first * (long)PageBytes)), destination.Length).CopyTo(destination);

        public void Finish(byte[] bytes) => _done.TrySetResult(bytes);

        public void Fail(Exception error)
        {
            _done.TrySetException(error);

            // Readers may all have been cancelled; their fetch's failure is then nobody's.
            _ = _done.Task.Exception;
        }

        public void ForEach(Func<int, bool> action)
        {
            for (var page = first; page < first + Pages; page++)
            {
                action(page);
            }
        }
    }
}

namespace Metrics.Core.Query.Reading;

/// <summary>Reads under way: those of local bytes are done when they are added, some of remote ones go on side by side.</summary>
internal sealed class PendingReads(int most = 8)
{
    private readonly List<Task> _pending = [];

    public async ValueTask AddAsync(ValueTask read)
    {
        if (read.IsCompletedSuccessfully)
        {
            read.GetAwaiter().GetResult();
            return;
        }

        _pending.Add(read.AsTask());
        if (_pending.Count >= most)
        {
            var done = await Task.WhenAny(_pending);
            _pending.Remove(done);
            await done;
        }
    }

    public async ValueTask WaitAsync()
    {
        try
        {
            await Task.WhenAll(_pending);
        }
        finally
        {
            _pending.Clear();
        }
    }
}

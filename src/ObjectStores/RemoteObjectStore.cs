using System.Runtime.CompilerServices;
using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores;

/// <summary>What stores behind a network have in common: names below a prefix, a time limit, and several tries within it.</summary>
public abstract class RemoteObjectStore : IObjectStore
{
    /// <summary>Up to so many bytes a read takes no time by itself.</summary>
    private const int MaxRepeatedBytes = 1024 * 1024;

    private const int Tries = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly string _prefix;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _readTimeout;
    private readonly ReadGate _reads;

    private protected RemoteObjectStore(string description, ObjectStoreOptions options, TimeProvider time)
    {
        Description = description;
        Time = time;
        _prefix = options.Prefix.Length == 0 ? "" : options.Prefix + "/";
        _timeout = options.Timeout;
        _readTimeout = options.ReadTimeout;
        _reads = new ReadGate(time);
    }

    public string Description { get; }

    public string? LocalDirectory => null;

    private protected TimeProvider Time { get; }

    public Task<ObjectVersion> PutAsync(string name, Stream content, PutCondition condition, CancellationToken cancellation = default)
    {
        ObjectName.Check(name);
        ArgumentNullException.ThrowIfNull(content);
        var start = content.Position;
        var write = new RemoteWrite(name, Key(name), content, start, content.Length - start, condition, Guid.NewGuid().ToString("N"));
        return Run(
            limit =>
            {
                content.Position = start;
                return Put(write, limit);
            },
            write.Bytes,
            _timeout,
            cancellation);
    }

    public Task<StoredObject?> GetAsync(string name, int maxBytes, CancellationToken cancellation = default)
    {
        ObjectName.Check(name);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        return Run(limit => Get(name, Key(name), maxBytes, limit), 0, _timeout, cancellation);
    }

    public async Task<int> ReadAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        ObjectName.Check(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (_reads.Failure is { } away)
        {
            if (_reads.TryBeginProbe())
            {
                _ = ProbeAsync(name);
            }

            throw new ObjectStoreUnavailableException(away.Message, away);
        }

        try
        {
            return await Run(limit => ReadOrAgain(name, offset, destination, limit), destination.Length, _readTimeout, cancellation);
        }
        catch (ObjectStoreUnavailableException error)
        {
            _reads.Failed(error);
            throw;
        }
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ObjectName.CheckPrefix(prefix);
        string? next = null;
        do
        {
            var from = next;
            var page = await Run(limit => List(_prefix + prefix, from, limit), 0, _timeout, cancellation);
            foreach (var (key, bytes) in page.Objects)
            {
                // Objects of other programs, and this one's own marks, have names that are none here.
                var name = key[_prefix.Length..];
                if (ObjectName.IsValid(name))
                {
                    yield return new ObjectInfo(name, bytes);
                }
            }

            next = page.Next;
        }
        while (next is not null);
    }

    public Task DeleteAsync(string name, CancellationToken cancellation = default)
    {
        ObjectName.Check(name);
        return Run(
            async limit =>
            {
                await Delete(Key(name), limit);
                return true;
            },
            0,
            _timeout,
            cancellation);
    }

    private protected abstract Task<ObjectVersion> Put(RemoteWrite write, CancellationToken limit);

    private protected abstract Task<StoredObject?> Get(string name, string key, int maxBytes, CancellationToken limit);

    private protected abstract Task<int> Read(string name, string key, long offset, Memory<byte> destination, CancellationToken limit);

    private protected abstract Task<RemotePage> List(string keyPrefix, string? from, CancellationToken limit);

    private protected abstract Task Delete(string key, CancellationToken limit);

    /// <summary>What a failure of the client library means; null when it is not the store's.</summary>
    private protected abstract ObjectStoreException? Translate(Exception error);

    private protected string Key(string name) => _prefix + name;

    private protected static ObjectStoreException TooLarge(string name, long bytes, int maxBytes) =>
        new($"The object {name} has {bytes} bytes, more than the {maxBytes} that are taken.");

    private protected static async Task<byte[]> ReadAll(Stream body, int bytes, CancellationToken limit)
    {
        var content = new byte[bytes];
        await body.ReadExactlyAsync(content, limit);
        return content;
    }

    /// <summary>Sees whether the store answers readers again: whatever it answers, as long as it does.</summary>
    private async Task ProbeAsync(string name)
    {
        try
        {
            await Run(limit => Read(name, Key(name), 0, new byte[1], limit), 1, _readTimeout, CancellationToken.None);
        }
        catch (ObjectNotFoundException)
        {
            _reads.Succeeded();
        }
        catch (Exception)
        {
            // The next reader is told why the last one was refused; this only says when to try again.
            _reads.ProbeFailed();
        }
    }

    /// <summary>
    /// A read of little that hangs for a third of its time is begun again once: a connection may be dead while the store is not.
    /// </summary>
    private async Task<int> ReadOrAgain(string name, long offset, Memory<byte> destination, CancellationToken limit)
    {
        if (destination.Length > MaxRepeatedBytes)
        {
            return await Read(name, Key(name), offset, destination, limit);
        }

        using var patience = new CancellationTokenSource(_readTimeout / 3, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, limit);
        try
        {
            return await Read(name, Key(name), offset, destination, either.Token);
        }
        catch (Exception error) when (error is not ObjectNotFoundException && patience.IsCancellationRequested && !limit.IsCancellationRequested)
        {
            return await Read(name, Key(name), offset, destination, limit);
        }
    }

    private async Task<T> Run<T>(Func<CancellationToken, Task<T>> operation, long bytes, TimeSpan timeout, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var limit = new OperationLimit(timeout, bytes, Time, cancellation);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await operation(limit.Token);
                _reads.Succeeded();
                return answer;
            }
            catch (Exception error) when (error is not (ConditionFailedException or ObjectNotFoundException))
            {
                // Client libraries wrap a cancellation in whatever they were doing.
                if (limit.Token.IsCancellationRequested)
                {
                    cancellation.ThrowIfCancellationRequested();
                    throw limit.TimedOut(Description, error);
                }

                var meaning = error as ObjectStoreException ?? Translate(error);
                if (meaning is null)
                {
                    throw;
                }

                if (meaning is not ObjectStoreUnavailableException || attempt == Tries)
                {
                    throw meaning;
                }
            }

            await Pause(FirstPause * (1 << (attempt - 1)), limit, cancellation);
        }
    }

    private async Task Pause(TimeSpan pause, OperationLimit limit, CancellationToken cancellation)
    {
        try
        {
            // Spread, so that those who failed together do not come back together.
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), Time, limit.Token);
        }
        catch (OperationCanceledException error)
        {
            cancellation.ThrowIfCancellationRequested();
            throw limit.TimedOut(Description, error);
        }
    }
}

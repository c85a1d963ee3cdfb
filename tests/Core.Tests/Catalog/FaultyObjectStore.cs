using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Tests.Catalog;

/// <summary>What goes wrong with an operation on the object store.</summary>
public enum StoreFault
{
    None,

    /// <summary>It fails and nothing has happened.</summary>
    Before,

    /// <summary>It has happened, and the answer is lost.</summary>
    After,
}

/// <summary>The objects of a store, which outlive the processes that use it.</summary>
internal sealed class Objects
{
    private long _version;

    public ConcurrentDictionary<string, (byte[] Content, ObjectVersion Version)> All { get; } = new(StringComparer.Ordinal);

    public ObjectVersion NextVersion() => new(Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture));
}

/// <summary>One process' way to a store in memory: fails the nth operation, or all of them.</summary>
internal sealed class FaultyObjectStore(Objects objects, string? localDirectory = null) : IObjectStore
{
    private readonly Lock _gate = new();
    private int _operations;
    private long _bytesRead;

    public int Operations => _operations;

    public int Reads { get; private set; }

    public long BytesRead => _bytesRead;

    /// <summary>The operation, counted from 1, that goes wrong; 0 for none.</summary>
    public int FaultAt { get; set; }

    public StoreFault Fault { get; set; }

    /// <summary>Every operation fails.</summary>
    public bool Away { get; set; }

    /// <summary>After its fault nothing works any more, as in a process that died there.</summary>
    public bool DiesAtFault { get; set; }

    /// <summary>Operations are neither counted nor failed, while a test looks.</summary>
    public bool Paused { get; set; }

    /// <summary>Reads wait for this.</summary>
    public Task ReadGate { get; set; } = Task.CompletedTask;

    /// <summary>Called with what is done and to what.</summary>
    public Action<string, string>? On { get; set; }

    public Objects Objects => objects;

    public string Description => "memory";

    public string? LocalDirectory => localDirectory;

    public Task<ObjectVersion> PutAsync(string name, Stream content, PutCondition condition, CancellationToken cancellation = default) =>
        RunAsync("put", name, () =>
        {
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            var exists = objects.All.TryGetValue(name, out var found);
            if ((condition.IfAbsent && exists) || (condition.IfMatch is { } version && (!exists || found.Version != version)))
            {
                throw new ConditionFailedException(name);
            }

            var written = objects.NextVersion();
            objects.All[name] = (copy.ToArray(), written);
            return written;
        });

    public Task<StoredObject?> GetAsync(string name, int maxBytes, CancellationToken cancellation = default) =>
        RunAsync("get", name, () => objects.All.TryGetValue(name, out var found) ? new StoredObject(found.Content, found.Version) : null);

    public async Task<int> ReadAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        await ReadGate.WaitAsync(cancellation);
        return await RunAsync("read", name, () =>
        {
            if (!objects.All.TryGetValue(name, out var found))
            {
                throw new ObjectNotFoundException(name);
            }

            var count = (int)Math.Clamp(found.Content.Length - offset, 0, destination.Length);
            found.Content.AsMemory((int)offset, count).CopyTo(destination);
            Reads++;
            _bytesRead += count;
            return count;
        });
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var found = await RunAsync("list", prefix, () => objects.All.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(static o => new ObjectInfo(o.Key, o.Value.Content.Length)).OrderBy(static o => o.Name, StringComparer.Ordinal).ToList());
        foreach (var item in found)
        {
            yield return item;
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellation = default) =>
        RunAsync("delete", name, () => objects.All.TryRemove(name, out _));

    private async Task<T> RunAsync<T>(string operation, string name, Func<T> apply)
    {
        await Task.Yield();
        On?.Invoke(operation, name);
        lock (_gate)
        {
            if (Paused)
            {
                return apply();
            }

            var fault = ++_operations == FaultAt ? Fault : StoreFault.None;
            if (Away || fault == StoreFault.Before || (DiesAtFault && FaultAt > 0 && _operations > FaultAt))
            {
                throw new ObjectStoreUnavailableException("the store is away");
            }

            var result = apply();
            return fault == StoreFault.After ? throw new ObjectStoreUnavailableException("the answer is lost") : result;
        }
    }
}

namespace Metrics.Core.ObjectStorage;

/// <summary>
/// The few operations on an object store that storage is built on. Objects are immutable but for those that are replaced
/// under a condition. Names are paths of letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, separated by <c>/</c>. Every operation has a time limit of its own.
/// Every member throws <see cref="ObjectStoreUnavailableException"/> when the store cannot be reached or does not answer in time, and
/// <see cref="ObjectStoreException"/> when it refuses (credentials, a container that is not there).
/// </summary>
public interface IObjectStore
{
    /// <summary>Where it is, for people: <c>folder /data/objects</c>. No secrets.</summary>
    string Description { get; }

    /// <summary>The directory of the objects when reads of them are reads of local files; else null. Local objects need no cache on disk.</summary>
    string? LocalDirectory { get; }

    /// <summary>Writes a whole object; afterwards it is durable and visible to every reader, or nothing of it is.</summary>
    /// <param name="name">The object.</param>
    /// <param name="content">Read from its position to its end; seekable, since a try may have to be repeated.</param>
    /// <param name="condition">What must hold for the write to happen, decided by the store and not by this process.</param>
    /// <param name="cancellation">Gives up; the write may have happened.</param>
    /// <returns>The version of what was written.</returns>
    /// <exception cref="ConditionFailedException">The condition does not hold; nothing was written.</exception>
    Task<ObjectVersion> PutAsync(string name, Stream content, PutCondition condition, CancellationToken cancellation = default);

    /// <summary>A whole, small object; null when there is none.</summary>
    /// <exception cref="ObjectStoreException">It has more than <paramref name="maxBytes"/>.</exception>
    Task<StoredObject?> GetAsync(string name, int maxBytes, CancellationToken cancellation = default);

    /// <summary>A part of an object.</summary>
    /// <returns>Bytes read: fewer than asked for only at the object's end.</returns>
    /// <exception cref="ObjectNotFoundException">There is none of that name.</exception>
    Task<int> ReadAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellation = default);

    /// <summary>The objects whose names begin with a prefix, by name.</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellation = default);

    /// <summary>Deletes an object; one that is not there is deleted already.</summary>
    Task DeleteAsync(string name, CancellationToken cancellation = default);
}

/// <summary>An object's version as the store names it (an ETag); to be compared, not understood.</summary>
public readonly record struct ObjectVersion(string Value);

/// <summary>A small object and the version that was read.</summary>
public sealed record StoredObject(byte[] Content, ObjectVersion Version);

/// <summary>An object in a listing.</summary>
public readonly record struct ObjectInfo(string Name, long Bytes);

/// <summary>What must hold for a put to happen.</summary>
public readonly record struct PutCondition
{
    private PutCondition(bool ifAbsent, ObjectVersion? ifMatch) => (IfAbsent, IfMatch) = (ifAbsent, ifMatch);

    /// <summary>Nothing.</summary>
    public static PutCondition None => default;

    /// <summary>There is no object of that name.</summary>
    public static PutCondition Absent => new(true, null);

    public bool IfAbsent { get; }

    public ObjectVersion? IfMatch { get; }

    /// <summary>The object still has this version.</summary>
    public static PutCondition Matches(ObjectVersion version) => new(false, version);
}

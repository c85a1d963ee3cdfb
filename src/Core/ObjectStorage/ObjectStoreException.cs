namespace Metrics.Core.ObjectStorage;

/// <summary>The object store refused or answered with something that cannot be used.</summary>
public class ObjectStoreException : IOException
{
    public ObjectStoreException(string message)
        : base(message)
    {
    }

    public ObjectStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The object store cannot be reached, is overloaded or did not answer in time; the same request may succeed later.</summary>
public sealed class ObjectStoreUnavailableException(string message, Exception? innerException = null)
    : ObjectStoreException(message, innerException!);

/// <summary>There is no object of that name.</summary>
public sealed class ObjectNotFoundException(string name) : ObjectStoreException($"There is no object {name}.");

/// <summary>The condition of a put does not hold: somebody else wrote.</summary>
public sealed class ConditionFailedException(string name) : ObjectStoreException($"The object {name} is not as the condition says.");

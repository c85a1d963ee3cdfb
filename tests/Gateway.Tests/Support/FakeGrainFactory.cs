using System.Reflection;
using Metrics.Grains.Interfaces.Query;
using Metrics.Grains.Interfaces.Storage;
using Orleans;

namespace Metrics.Gateway.Tests.Support;

/// <summary>A grain factory that knows the query grain and the storage grain with key 0 and nothing else.</summary>
public class FakeGrainFactory : DispatchProxy
{
    private IQueryGrain? _queries;
    private IStorageGrain? _storage;

    public static IGrainFactory Of(IQueryGrain queries, IStorageGrain? storage = null)
    {
        var factory = Create<IGrainFactory, FakeGrainFactory>();
        (((FakeGrainFactory)(object)factory)._queries, ((FakeGrainFactory)(object)factory)._storage) = (queries, storage);
        return factory;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod?.ReturnType == typeof(IQueryGrain) && args?[0] is 0L ? _queries
        : targetMethod?.ReturnType == typeof(IStorageGrain) && args?[0] is 0L ? _storage
        : throw new NotSupportedException($"{targetMethod} is not asked for by the gateway.");
}

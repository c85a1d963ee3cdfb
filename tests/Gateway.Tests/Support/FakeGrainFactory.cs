using System.Reflection;
using Metrics.Grains.Interfaces.Query;
using Orleans;

namespace Metrics.Gateway.Tests.Support;

/// <summary>A grain factory that knows the query grain with key 0 and nothing else.</summary>
public class FakeGrainFactory : DispatchProxy
{
    private IQueryGrain? _grain;

    public static IGrainFactory Of(IQueryGrain grain)
    {
        var factory = Create<IGrainFactory, FakeGrainFactory>();
        ((FakeGrainFactory)(object)factory)._grain = grain;
        return factory;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod?.ReturnType == typeof(IQueryGrain) && args?[0] is 0L
            ? _grain
            : throw new NotSupportedException($"{targetMethod} is not asked for by the gateway.");
}

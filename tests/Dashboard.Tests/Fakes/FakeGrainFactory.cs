using System.Reflection;

namespace Metrics.Dashboard.Tests.Fakes;

/// <summary>A grain factory that gives out one grain, whatever is asked for.</summary>
public class FakeGrainFactory : DispatchProxy
{
    private object? _grain;

    public static IGrainFactory Of(object grain)
    {
        var factory = Create<IGrainFactory, FakeGrainFactory>();
        ((FakeGrainFactory)(object)factory)._grain = grain;
        return factory;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _grain;
}

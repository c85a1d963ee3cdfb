using System.Reflection;

namespace Metrics.Dashboard.Tests.Fakes;

/// <summary>A grain factory that gives out, of a few grains, the one of the interface that is asked for.</summary>
public class FakeGrainFactory : DispatchProxy
{
    private object[] _grains = [];

    public static IGrainFactory Of(params object[] grains)
    {
        var factory = Create<IGrainFactory, FakeGrainFactory>();
        ((FakeGrainFactory)(object)factory)._grains = grains;
        return factory;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        Array.Find(_grains, grain => targetMethod!.ReturnType.IsInstanceOfType(grain));
}

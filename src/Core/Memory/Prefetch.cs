using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Metrics.Core.Memory;

/// <summary>
/// Asks the processor to fetch memory that is needed soon. With 100 k live series nothing that a sample touches is in the
/// cache, and waiting for it, line after line, is most of what a sample costs (docs/benchmarks.md). A hint: it reads
/// nothing and cannot fail, and where the processor has no such instruction it does nothing.
/// </summary>
internal static class Prefetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Read<T>(ref readonly T location)
    {
        if (Sse.IsSupported)
        {
            // Should the garbage collector move the object meanwhile, the wrong line is fetched.
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in location)));
        }
    }
}

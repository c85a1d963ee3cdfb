using System.Buffers;

namespace Metrics.Gateway.Ingestion.Bodies;

/// <summary>
/// Memory for bodies. The shared pool keeps an array of every size for every thread, which is right for the sizes that senders use
/// all day; of very large ones it would hold on to far more than bodies may hold together.
/// </summary>
internal static class BodyArrays
{
    private const int LargestShared = 4 * 1024 * 1024;
    private const int LargestKept = 64 * 1024 * 1024;
    private const int KeptOfASize = 2;

    private static readonly ArrayPool<byte> Large = ArrayPool<byte>.Create(LargestKept, KeptOfASize);

    public static byte[] Rent(int atLeast) => PoolOf(atLeast).Rent(atLeast);

    public static void Return(byte[] array) => PoolOf(array.Length).Return(array);

    private static ArrayPool<byte> PoolOf(int length) => length <= LargestShared ? ArrayPool<byte>.Shared : Large;
}

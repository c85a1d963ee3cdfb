using System.IO.Hashing;
using System.Security.Cryptography;

namespace Metrics.Core.Ingestion;

/// <summary>
/// 128 bits that stand for the bytes a sender identified a series with. The hash is seeded afresh in every process, so that
/// nobody outside can choose two label sets that meet; formats are told apart by <see cref="Scope"/>.
/// </summary>
public readonly record struct WireKey(UInt128 Value)
{
    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));

    /// <summary>Hashes the bytes of one series in one format.</summary>
    public static WireKey Of(Scope scope, ReadOnlySpan<byte> bytes) => new(XxHash128.HashToUInt128(bytes, Seed + (long)scope));

    /// <summary>The format that the bytes are in: the same bytes may mean something else in another.</summary>
    public enum Scope
    {
        Canonical,
        Json,
        RemoteWrite,
        StatsD,
    }
}

using System.Globalization;

namespace Metrics.Core.Model;

/// <summary>
/// The identity of a series in 128 bits: XxHash128 of the canonical form of tenant, metric and tags
/// (<see cref="SeriesKey.WriteCanonical"/>). The same on every silo and in every data set.
/// </summary>
/// <param name="Value">The hash; its low bits are the shard.</param>
public readonly record struct SeriesId(UInt128 Value)
{
    /// <summary>The shard that holds the series.</summary>
    /// <param name="shardCount">Number of shards of the data set, a power of two.</param>
    /// <returns>A number from 0 to <paramref name="shardCount"/> - 1.</returns>
    public int Shard(int shardCount) => (int)((uint)Value & (uint)(shardCount - 1));

    /// <summary>The id as a <see cref="Guid"/>, which is how a grain is keyed by it.</summary>
    public Guid ToGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The id that <see cref="ToGuid"/> was made from.</summary>
    public static SeriesId FromGuid(Guid guid)
    {
        Span<byte> bytes = stackalloc byte[16];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        return new SeriesId(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}

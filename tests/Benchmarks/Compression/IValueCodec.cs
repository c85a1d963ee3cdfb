namespace Metrics.Benchmarks.Compression;

/// <summary>A codec of values alone, whole blocks at a time, to be compared with the one in use.</summary>
internal interface IValueCodec
{
    string Name { get; }

    /// <summary>Returns the bytes written.</summary>
    int Encode(ReadOnlySpan<double> values, Span<byte> destination);

    void Decode(ReadOnlySpan<byte> source, Span<double> values);
}

namespace Metrics.Core.Sketches;

/// <summary>The merging t-digest of Dunning and Ertl.</summary>
public sealed class TDigest
{
    public const double DefaultCompression = 100;

    public TDigest(double compression = DefaultCompression) => Compression = compression;

    public double Compression { get; }

    /// <summary>The weight of everything added.</summary>
    public double Count { get; private set; }

    public double Sum { get; private set; }

    public double Min { get; private set; } = double.NaN;

    public double Max { get; private set; } = double.NaN;

    public static TDigest FromSorted(ReadOnlySpan<double> sorted, double compression = DefaultCompression) => throw new NotImplementedException();

    public void Add(double value, double weight = 1) => throw new NotImplementedException();

    public void AddSorted(ReadOnlySpan<double> sorted) => throw new NotImplementedException();

    public void Merge(TDigest other) => throw new NotImplementedException();

    public double Quantile(double quantile) => throw new NotImplementedException();

    public void Clear() => throw new NotImplementedException();

    public void Write(System.Buffers.IBufferWriter<byte> destination) => throw new NotImplementedException();

    public static bool TryRead(ReadOnlySpan<byte> source, out TDigest? digest) => throw new NotImplementedException();
}

using Metrics.Core.Sketches;

namespace Metrics.Core.Rollups;

/// <summary>
/// Decodes a rollup chunk: figures without touching the distributions, and the distributions of single rows.
/// </summary>
public ref struct RollupReader
{
    /// <exception cref="InvalidDataException">The bytes are not a rollup chunk of so many rows.</exception>
    public RollupReader(ReadOnlySpan<byte> chunk, int rows, long lengthMs) => throw new NotImplementedException();

    public readonly int Count => throw new NotImplementedException();

    /// <summary>Decodes every row's figures.</summary>
    /// <param name="rows">At least <see cref="Count"/> long.</param>
    public void ReadRows(Span<RollupRow> rows) => throw new NotImplementedException();

    /// <summary>Adds a row's finite values: as points where the row still has them (or values that stand for few), else as weighted ones.</summary>
    /// <param name="index">The row; ascending calls are cheap.</param>
    /// <param name="digest">Takes them.</param>
    public void AddTo(int index, TDigest digest) => throw new NotImplementedException();

    /// <summary>Infinite values of a row, which no digest takes.</summary>
    public (long Negative, long Positive) InfinitiesOf(int index) => throw new NotImplementedException();

    /// <summary>The values of a row and how often each is there, ascending: at most <see cref="MaxWeights"/>.</summary>
    public int ReadWeights(int index, Span<double> values, Span<double> weights) => throw new NotImplementedException();

    public const int MaxWeights = 512;
}

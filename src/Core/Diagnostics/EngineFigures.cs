namespace Metrics.Core.Diagnostics;

/// <summary>Figures of an engine that are asked for rather than counted. Each must be cheap and callable from any thread.</summary>
/// <param name="LiveSeries">Series in memory.</param>
/// <param name="SamplesInMemory">Points in memory.</param>
/// <param name="SampleBytes">Their compressed size in bytes.</param>
/// <param name="WalBytes">Size of the write-ahead log on disk in bytes; null when there is none.</param>
public sealed record EngineFigures(
    Func<long> LiveSeries, Func<long> SamplesInMemory, Func<long> SampleBytes, Func<long>? WalBytes = null);

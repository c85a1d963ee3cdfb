using Metrics.Core.Ingestion;
using Metrics.Core.Model;

namespace Metrics.Grains.Interfaces.Serialization;

/// <summary>A <see cref="SeriesKey"/> crosses silos in its canonical form.</summary>
[GenerateSerializer, Immutable, Alias("metrics.seriesKey")]
public record struct SeriesKeySurrogate
{
    [Id(0)]
    public byte[] Canonical { get; set; }
}

[RegisterConverter]
public sealed class SeriesKeyConverter : IConverter<SeriesKey, SeriesKeySurrogate>
{
    public SeriesKey ConvertFromSurrogate(in SeriesKeySurrogate surrogate) =>
        SeriesKey.TryParseCanonical(surrogate.Canonical, out var key)
            ? key
            : throw new InvalidDataException("a series key that is not in canonical form");

    public SeriesKeySurrogate ConvertToSurrogate(in SeriesKey value) => new() { Canonical = value.ToCanonical() };
}

[GenerateSerializer, Immutable, Alias("metrics.sample")]
public record struct SampleSurrogate
{
    [Id(0)]
    public long TimestampMs { get; set; }

    [Id(1)]
    public double Value { get; set; }
}

[RegisterConverter]
public sealed class SampleConverter : IConverter<Sample, SampleSurrogate>
{
    public Sample ConvertFromSurrogate(in SampleSurrogate surrogate) => new(surrogate.TimestampMs, surrogate.Value);

    public SampleSurrogate ConvertToSurrogate(in Sample value) => new() { TimestampMs = value.TimestampMs, Value = value.Value };
}

[GenerateSerializer, Immutable, Alias("metrics.tag")]
public record struct TagSurrogate
{
    [Id(0)]
    public string Key { get; set; }

    [Id(1)]
    public string Value { get; set; }
}

[RegisterConverter]
public sealed class TagConverter : IConverter<Tag, TagSurrogate>
{
    public Tag ConvertFromSurrogate(in TagSurrogate surrogate) => new(surrogate.Key, surrogate.Value);

    public TagSurrogate ConvertToSurrogate(in Tag value) => new() { Key = value.Key, Value = value.Value };
}

[GenerateSerializer, Immutable, Alias("metrics.writeUnavailable")]
public record struct WriteUnavailableExceptionSurrogate
{
    [Id(0)]
    public string Message { get; set; }
}

/// <summary>So that a sender on another silo sees what the owner threw, not a stand-in.</summary>
[RegisterConverter]
public sealed class WriteUnavailableExceptionConverter : IConverter<WriteUnavailableException, WriteUnavailableExceptionSurrogate>
{
    public WriteUnavailableException ConvertFromSurrogate(in WriteUnavailableExceptionSurrogate surrogate) => new(surrogate.Message);

    public WriteUnavailableExceptionSurrogate ConvertToSurrogate(in WriteUnavailableException value) => new() { Message = value.Message };
}

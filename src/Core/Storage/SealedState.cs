using System.Text.Json;
using System.Text.Json.Serialization;
using Metrics.Core.Files;

namespace Metrics.Core.Storage;

/// <summary>Samples with older timestamps, logged before a segment, are in blocks.</summary>
/// <param name="Segment">The first segment that this says nothing of.</param>
/// <param name="BelowMs">Exclusive.</param>
internal readonly record struct SealMark(long Segment, long BelowMs);

/// <summary>
/// What of the samples' log is durably in blocks, shard by shard, in <c>sealed.json</c>. Immutable: a change is written, flushed and renamed
/// into place before it counts.
/// </summary>
/// <param name="LastReference">The highest number ever given to a series: one whose definition is gone is not given out again.</param>
/// <param name="Shards">By shard: marks in descending order of segment and ascending order of time.</param>
/// <param name="HighestMs">By shard: the highest time of any mark ever. The log may lack older samples, and so may memory after a start.</param>
internal sealed record SealedState(uint LastReference, IReadOnlyList<IReadOnlyList<SealMark>> Shards, IReadOnlyList<long> HighestMs)
{
    public const string FileName = "sealed.json";
    private const int CurrentVersion = 1;
    private const int MaxBytes = 256 * 1024 * 1024;

    public static SealedState Empty(int shards) =>
        new(0, [.. Enumerable.Repeat<IReadOnlyList<SealMark>>([], shards)], [.. Enumerable.Repeat(long.MinValue, shards)]);

    /// <summary>Below which timestamp the samples that a shard has in a segment are in blocks; the smallest number when none are.</summary>
    public long BelowMs(int shard, long segment)
    {
        var below = long.MinValue;
        foreach (var mark in Shards[shard])
        {
            if (mark.Segment <= segment)
            {
                break;
            }

            below = mark.BelowMs;
        }

        return below;
    }

    /// <summary>Whether any shard was sealed after a segment was finished.</summary>
    public bool IsCutAfter(long segment) => Shards.Any(marks => marks.Count != 0 && marks[0].Segment > segment);

    /// <summary>The same with one more mark, and without those that only speak of segments that are gone.</summary>
    public SealedState With(int shard, SealMark added, long oldestSegment, uint lastReference)
    {
        var kept = new List<SealMark>();
        foreach (var mark in Shards[shard].Append(added).OrderByDescending(static m => m.Segment).ThenByDescending(static m => m.BelowMs))
        {
            // What a later cut says of a later time holds for older segments too.
            if (kept.Count == 0 || (mark.BelowMs > kept[^1].BelowMs && mark.Segment > oldestSegment))
            {
                kept.Add(mark);
            }
        }

        return new(
            Math.Max(lastReference, LastReference),
            [.. Shards.Select((marks, i) => i == shard ? kept : marks)],
            [.. HighestMs.Select((highest, i) => i == shard ? Math.Max(highest, added.BelowMs) : highest)]);
    }

    /// <exception cref="IOException">It was not written; the file is what it was.</exception>
    public void Write(IFileSystem files, string directory)
    {
        var content = new Content(
            CurrentVersion,
            LastReference,
            [.. Shards.Select(static marks => marks.Select(static m => new[] { m.Segment, m.BelowMs }).ToArray())],
            [.. HighestMs]);
        AtomicFile.Write(files, directory, FileName, JsonSerializer.SerializeToUtf8Bytes(content, SealedJson.Default.Content));
    }

    /// <returns>The state; null when there is none.</returns>
    /// <exception cref="InvalidDataException">The file is none that this version can read.</exception>
    public static SealedState? Read(IFileSystem files, string directory, int shards)
    {
        var path = Path.Combine(directory, FileName);
        if (!files.FileExists(path))
        {
            return null;
        }

        try
        {
            var content = JsonSerializer.Deserialize(AtomicFile.Read(files, path, MaxBytes), SealedJson.Default.Content);
            if (content is { Version: CurrentVersion, Shards: { } read, HighestMs: { } highest } && read.Length == shards && highest.Length == shards && Array.TrueForAll(read, AreMarks))
            {
                return new(content.LastReference, [.. read.Select(static marks => marks.Select(static m => new SealMark(m[0], m[1])).ToArray())], highest);
            }
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} cannot be read: {error.Message}", error);
        }

        throw new InvalidDataException($"{path} is not of this version or not of a data set with {shards} shards.");
    }

    private static bool AreMarks(long[][]? marks)
    {
        for (var i = 0; i < marks?.Length; i++)
        {
            if (marks[i] is not { Length: 2 } || (i != 0 && (marks[i][0] >= marks[i - 1][0] || marks[i][1] <= marks[i - 1][1])))
            {
                return false;
            }
        }

        return marks is not null;
    }

    internal sealed record Content(int Version, uint LastReference, long[][][]? Shards, long[]? HighestMs);
}

[JsonSerializable(typeof(SealedState.Content))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class SealedJson : JsonSerializerContext;

using System.Globalization;
using Metrics.Core.Blocks;
using Metrics.Core.Files;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Catalog;

/// <summary>What a catalog says of a block, from the block's own file: for a shard whose local state is lost.</summary>
internal static class SpoolRecovery
{
    /// <summary>Of files that are kept for people.</summary>
    public const string AsideExtension = ".damaged";

    /// <param name="files">Local disk.</param>
    /// <param name="shard">The shard's number.</param>
    /// <param name="path">A file in the spool directory.</param>
    /// <param name="keep">Whether a file that is no whole block is kept under another name; else it is deleted, as one that was being written.</param>
    /// <param name="logger">Told of files that cannot be used.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Null when the file is no whole block.</returns>
    public static async Task<NewBlock?> ReadAsync(IFileSystem files, int shard, string path, bool keep, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            return await DescribeAsync(files, shard, path, cancellation);
        }
        catch (Exception error) when (error is BlockDamagedException or InvalidDataException or FormatException)
        {
            if (keep)
            {
                files.Rename(path, path + AsideExtension);
                CatalogLog.SpoolFileSetAside(logger, path, path + AsideExtension, error.Message);
            }
            else
            {
                files.Delete(path);
            }

            return null;
        }
    }

    private static async Task<NewBlock> DescribeAsync(IFileSystem files, int shard, string path, CancellationToken cancellation)
    {
        var fileName = Path.GetFileName(path);
        var separator = fileName.IndexOf('_', StringComparison.Ordinal);
        var parts = fileName[(separator + 1)..^BlockName.Extension.Length].Split('-');
        if (separator < 0 || parts.Length != 4)
        {
            throw new FormatException($"{fileName} is not the name of a block.");
        }

        var local = files.Open(path, FileOpening.Read);
        using var file = new LocalBlockFile(local, path, local.Length);
        var reader = await BlockReader.OpenAsync(file, fileName, cancellation);
        var chunks = new List<(int Row, ChunkMeta Chunk)>();
        await reader.ReadChunksAsync(file, [.. Enumerable.Range(0, reader.SeriesCount)], long.MinValue, long.MaxValue, chunks, cancellation);
        return chunks.Count == 0
            ? throw new InvalidDataException("it has no chunks")
            : new NewBlock(
                new BlockInfo(
                    $"{BlockName.Prefix(shard)}{fileName[..separator]}/{fileName[(separator + 1)..]}",
                    reader.Resolution,
                    Time(parts[0]),
                    Time(parts[1]),
                    chunks.Min(static c => c.Chunk.MinMs),
                    chunks.Max(static c => c.Chunk.MaxMs),
                    reader.SeriesCount,
                    chunks.Sum(static c => (long)c.Chunk.Count),
                    local.Length,
                    long.Parse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture),
                    false,
                    Time(parts[1])),
                path);
    }

    private static long Time(string text) =>
        DateTimeOffset.ParseExact(text, "yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
}

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
    /// <param name="logger">Told of files that cannot be used.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Null when the file is no whole block; it is kept under another name.</returns>
    public static async Task<NewBlock?> ReadAsync(IFileSystem files, int shard, string path, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            return await DescribeAsync(files, shard, path, cancellation);
        }
        catch (Exception error) when (error is BlockDamagedException or InvalidDataException or FormatException)
        {
            files.Rename(path, path + AsideExtension);
            CatalogLog.SpoolFileSetAside(logger, path, path + AsideExtension, error.Message);
            return null;
        }
    }

    private static async Task<NewBlock> DescribeAsync(IFileSystem files, int shard, string path, CancellationToken cancellation)
    {
        var fileName = Path.GetFileName(path);
        var separator = fileName.IndexOf('_', StringComparison.Ordinal);
        if (separator < 0 || BlockName.EpochOf(fileName) is null)
        {
            throw new FormatException($"{fileName} is not the name of a block.");
        }

        long length;
        using (var local = files.Open(path, FileOpening.Read))
        {
            length = local.Length;
        }

        using var open = new OpenFiles(files, 0);
        using var file = LocalBlockFile.TryOpen(open, path, length) ?? throw new FileNotFoundException("It was deleted meanwhile.", path);
        var reader = await BlockReader.OpenAsync(file, fileName, cancellation);
        var summary = reader.Summary;
        return new NewBlock(
            new BlockInfo(
                $"{BlockName.Prefix(shard)}{fileName[..separator]}/{fileName[(separator + 1)..]}",
                reader.Resolution,
                reader.FromMs,
                reader.ToMs,
                summary.MinMs,
                summary.MaxMs,
                summary.Series,
                summary.Samples,
                length,
                reader.Sequence,
                false,
                reader.ToMs),
            path);
    }
}

using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Backup;

/// <summary>A block that a catalog or a backup lists.</summary>
internal sealed record StoredBlock(int Shard, BlockInfo Info)
{
    /// <summary>Reads all of it.</summary>
    /// <param name="store">Has it.</param>
    /// <param name="bytes">The object's length, as it is listed.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>What is wrong with it, and where; empty when nothing is.</returns>
    /// <exception cref="ObjectNotFoundException">It is not there.</exception>
    public async Task<IReadOnlyList<string>> CheckAsync(IObjectStore store, long bytes, CancellationToken cancellation)
    {
        if (bytes != Info.Bytes)
        {
            return [$"the object has {bytes} bytes instead of {Info.Bytes}"];
        }

        try
        {
            using var file = new StoredBlockFile(store, Info);
            var problems = await BlockReader.VerifyAsync(file, Info.Name, cancellation);
            return problems.Count == 0 ? Compare(await BlockReader.OpenAsync(file, Info.Name, cancellation)) : [.. problems.Select(WithoutName)];
        }
        catch (Exception e) when (e is BlockDamagedException or InvalidDataException)
        {
            return [WithoutName(e.Message)];
        }
    }

    /// <summary>It stands before every finding.</summary>
    private string WithoutName(string problem)
    {
        var prefix = $"Block {Info.Name}: ";
        return problem.StartsWith(prefix, StringComparison.Ordinal) ? problem[prefix.Length..] : problem;
    }

    /// <summary>A whole block may still be another one.</summary>
    private IReadOnlyList<string> Compare(BlockReader block) =>
        (block.Shard, block.Resolution, block.Sequence, block.Summary.Series, block.Summary.Samples) == (Shard, Info.Resolution, Info.Sequence, Info.Series, Info.Samples)
            ? []
            : [$"it is whole, but not the block that is listed: it has number {block.Sequence} of shard {block.Shard} and {block.Summary.Samples} samples, and not number {Info.Sequence} of shard {Shard} and {Info.Samples}"];
}

namespace Metrics.Core.Blocks;

public sealed partial class BlockReader
{
    /// <summary>Reads and checks everything; for <c>verify</c>.</summary>
    /// <returns>What is damaged, with offsets; empty when nothing is.</returns>
    public static Task<IReadOnlyList<string>> VerifyAsync(IBlockFile file, string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(name);
        return new BlockVerifier(file, name).RunAsync(cancellation);
    }
}

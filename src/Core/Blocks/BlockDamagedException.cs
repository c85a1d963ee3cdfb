namespace Metrics.Core.Blocks;

/// <summary>A block's bytes are not what was written.</summary>
/// <param name="block">The object's name.</param>
/// <param name="message">What is wrong, and where.</param>
public sealed class BlockDamagedException(string block, string message) : IOException($"Block {block}: {message}")
{
    public string Block { get; } = block;
}

namespace Metrics.Core.Files;

/// <summary>What a file is opened for.</summary>
public enum FileOpening
{
    /// <summary>It must exist; only reads.</summary>
    Read,

    /// <summary>It must exist; reads and writes.</summary>
    ReadWrite,

    /// <summary>It must not exist; reads and writes.</summary>
    CreateNew,
}

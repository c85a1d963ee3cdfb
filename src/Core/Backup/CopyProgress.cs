namespace Metrics.Core.Backup;

/// <summary>How far a backup, a restore or a check is.</summary>
/// <param name="BlocksDone">Blocks copied, found to be there already, or checked.</param>
/// <param name="Blocks">Of so many.</param>
/// <param name="BytesDone">Bytes of those.</param>
/// <param name="Bytes">Of so many.</param>
public readonly record struct CopyProgress(long BlocksDone, long Blocks, long BytesDone, long Bytes);

/// <summary>What a backup or a restore did.</summary>
/// <param name="Manifest">The backup.</param>
/// <param name="Copied">Blocks that were copied.</param>
/// <param name="CopiedBytes">Their bytes.</param>
/// <param name="Skipped">Blocks that were there already.</param>
public sealed record CopyResult(BackupManifest Manifest, long Copied, long CopiedBytes, long Skipped);

/// <summary>A backup or a restore cannot be done; the message says what to change.</summary>
public sealed class BackupException(string message) : Exception(message);

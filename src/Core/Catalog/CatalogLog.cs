using Microsoft.Extensions.Logging;

namespace Metrics.Core.Catalog;

internal static partial class CatalogLog
{
    [LoggerMessage(1, LogLevel.Debug, "Shard {Shard} is owned by this process, epoch {Epoch}: {Blocks} blocks, {Pending} changes to publish")]
    public static partial void Acquired(ILogger logger, int shard, long epoch, int blocks, int pending);

    [LoggerMessage(2, LogLevel.Error, "Shard {Shard} has been taken over by another process (its epoch is {Epoch}, ours {Ours}): nothing of it is written any more, {Pending} changes stay on local disk")]
    public static partial void Fenced(ILogger logger, int shard, long epoch, long ours, int pending);

    [LoggerMessage(3, LogLevel.Debug, "Shard {Shard}: {Changes} changes published, {Blocks} blocks put, {Bytes} bytes")]
    public static partial void Published(ILogger logger, int shard, int changes, int blocks, long bytes);

    [LoggerMessage(EventId = 4, Message = "Shard {Shard} could not be published; tried again in {Delay}: {Reason}")]
    public static partial void PublishFailed(ILogger logger, LogLevel level, int shard, TimeSpan delay, string reason);

    [LoggerMessage(5, LogLevel.Debug, "Shard {Shard} is published again")]
    public static partial void PublishedAgain(ILogger logger, int shard);

    [LoggerMessage(6, LogLevel.Error, "The local state of shard {Shard} is damaged ({Reason}) and kept as {Path}; it is rebuilt from the object store and {Blocks} blocks of the spool")]
    public static partial void StateDamaged(ILogger logger, int shard, string reason, string path, int blocks);

    [LoggerMessage(7, LogLevel.Debug, "Shard {Shard}: {Files} files without an entry deleted from the spool")]
    public static partial void OrphansDeleted(ILogger logger, int shard, int files);

    [LoggerMessage(8, LogLevel.Error, "Block {Block} is set aside and not read any more: {Reason}")]
    public static partial void SetAside(ILogger logger, string block, string reason);

    [LoggerMessage(9, LogLevel.Debug, "Shard {Shard} {Reason}: {Added} blocks added, {Removed} removed, {Bytes} bytes")]
    public static partial void Applied(ILogger logger, int shard, string reason, int added, int removed, long bytes);

    [LoggerMessage(10, LogLevel.Debug, "{Object} deleted")]
    public static partial void Deleted(ILogger logger, string @object);

    [LoggerMessage(11, LogLevel.Warning, "Shard {Shard}: the object store has no catalog, though one was written there; the last known one is written again with {Blocks} blocks")]
    public static partial void CatalogGone(ILogger logger, int shard, int blocks);

    [LoggerMessage(12, LogLevel.Warning, "Shard {Shard}: change {Number} ({Reason}) is dropped, since another owner has removed blocks that it stands for")]
    public static partial void ChangeDropped(ILogger logger, int shard, long number, string reason);

    [LoggerMessage(13, LogLevel.Information, "Shard {Shard}: {Objects} objects that no catalog lists are deleted")]
    public static partial void Swept(ILogger logger, int shard, int objects);

    [LoggerMessage(14, LogLevel.Warning, "{Path} could not be deleted; it is tried again at the next start")]
    public static partial void DeleteFailed(ILogger logger, Exception error, string path);

    [LoggerMessage(15, LogLevel.Warning, "Spooled file {Path} cannot be used and is kept as {Aside}: {Reason}")]
    public static partial void SpoolFileSetAside(ILogger logger, string path, string aside, string reason);

    [LoggerMessage(17, LogLevel.Error, "The local state of shard {Shard} is not there; it is rebuilt from the object store and {Blocks} blocks of the spool")]
    public static partial void StateMissing(ILogger logger, int shard, int blocks);

    [LoggerMessage(18, LogLevel.Warning, "Block {Block} reads as damaged and left the disk cache: {Reason}")]
    public static partial void Suspected(ILogger logger, string block, string reason);

    [LoggerMessage(19, LogLevel.Information, "{Owned} of {Shards} shards are owned by this process; {Blocks} blocks are known, {Pending} changes are to be published")]
    public static partial void Asked(ILogger logger, int owned, int shards, int blocks, int pending);

    [LoggerMessage(20, LogLevel.Warning, "The object store is away: ingestion goes on, what is sealed waits on local disk, and answers that need blocks from there are partial. {Reason}")]
    public static partial void StoreAway(ILogger logger, string reason);

    [LoggerMessage(21, LogLevel.Information, "The object store answers again; what waited is published")]
    public static partial void StoreBack(ILogger logger);

    [LoggerMessage(16, LogLevel.Warning, "The disk cache {Path} failed and goes on without what it had: {Reason}")]
    public static partial void CacheFailed(ILogger logger, string path, string reason);
}

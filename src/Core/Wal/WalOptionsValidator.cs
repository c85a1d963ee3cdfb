using Microsoft.Extensions.Options;

namespace Metrics.Core.Wal;

/// <summary>Names the setting, its value and what it may be.</summary>
public sealed class WalOptionsValidator : IValidateOptions<WalOptions>
{
    public ValidateOptionsResult Validate(string? name, WalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = new List<string>();
        if (!CommitPolicy.TryParse(options.Commit, out _))
        {
            failures.Add($"{WalOptions.Section}:Commit is \"{options.Commit}\": set it to batch, or to an interval from 1ms to 60s such as 100ms.");
        }

        Check(nameof(options.SegmentBytes), options.SegmentBytes, WalOptions.MinSegmentBytes, WalOptions.MaxSegmentBytes);
        Check(nameof(options.MaxRecordBytes), options.MaxRecordBytes, WalOptions.MinRecordBytes, WalFormat.MaxPayloadBytes);
        Check(nameof(options.MaxPendingBytes), options.MaxPendingBytes, 4 * 1024, 512 * 1024 * 1024);
        Check(nameof(options.MaxWaitingBytes), options.MaxWaitingBytes, 0, WalOptions.MaxQueueBytes);
        Check(nameof(options.CheckpointBytes), options.CheckpointBytes, 0, WalOptions.MaxCheckpointBytes);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string setting, long value, long least, long most)
        {
            if (value < least || value > most)
            {
                failures.Add($"{WalOptions.Section}:{setting} is {value}: set it to a number of bytes from {least} to {most}.");
            }
        }
    }
}

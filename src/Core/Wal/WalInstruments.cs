using System.Diagnostics.Metrics;
using Metrics.Core.Diagnostics;

namespace Metrics.Core.Wal;

/// <summary>What the write-ahead log measures of itself, on the meter <see cref="MeterName"/>.</summary>
public static class WalInstruments
{
    public const string MeterName = "Metrics.Core.Wal";

    private static readonly Meter Meter = new(MeterName);

    internal static readonly Counter<long> AppendedRecords =
        Meter.CreateCounter<long>("wal.appended.records", "{record}", "Records written and acknowledged.");

    internal static readonly Counter<long> AppendedBytes =
        Meter.CreateCounter<long>("wal.appended.bytes", "By", "Bytes written for them, headers included.");

    internal static readonly Counter<long> Groups =
        Meter.CreateCounter<long>("wal.groups", "{group}", "Writes that carried one or more records.");

    internal static readonly Histogram<double> WriteDuration =
        Meter.CreateHistogram("wal.write.duration", "s", "Time that one write of a group took.", advice: DurationBuckets.Disk);

    internal static readonly Histogram<double> FlushDuration =
        Meter.CreateHistogram("wal.fsync.duration", "s", "Time that one flush to disk took.", advice: DurationBuckets.Disk);

    internal static readonly Counter<long> Failures =
        Meter.CreateCounter<long>("wal.failures", "{failure}", "Writes and flushes that failed, by operation.");

    internal static readonly Counter<long> Corruptions =
        Meter.CreateCounter<long>("wal.corruptions", "{corruption}", "Corrupt places met by replays.");

    internal static void Failed(string operation) => Failures.Add(1, new KeyValuePair<string, object?>("operation", operation));
}

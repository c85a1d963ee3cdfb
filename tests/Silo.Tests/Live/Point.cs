namespace Metrics.Silo.Tests.Live;

/// <summary>One sample as it is sent.</summary>
internal readonly record struct Point(string Metric, string Key, string Tag, long TimestampMs, double Value);

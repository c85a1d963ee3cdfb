namespace Metrics.Silo.SelfMonitoring;

/// <summary>How the server records its host and itself: section <c>Metrics:SelfMonitoring</c>.</summary>
public sealed class SelfMonitoringOptions
{
    public const string Section = "Metrics:SelfMonitoring";

    /// <summary>Whether it does. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Time between two points, aligned to the clock. Default: 1 s. Range: 1 s to 1 h, in whole seconds.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Time between two looks at the filesystems' sizes. Default: 10 s. Range: 1 s to 1 h.</summary>
    public TimeSpan FilesystemInterval { get; set; } = TimeSpan.FromSeconds(10);
}

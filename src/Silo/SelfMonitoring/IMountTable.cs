namespace Metrics.Silo.SelfMonitoring;

/// <summary>Which filesystems there are.</summary>
internal interface IMountTable
{
    /// <summary>Folders that a filesystem with a size of its own is mounted on, each filesystem once.</summary>
    IReadOnlyList<string> ListMountPoints();
}

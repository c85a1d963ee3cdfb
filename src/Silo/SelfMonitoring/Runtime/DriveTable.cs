namespace Metrics.Silo.SelfMonitoring.Runtime;

/// <summary>The drives that .NET names, for systems without <c>/proc</c>.</summary>
internal sealed class DriveTable : IMountTable
{
    public IReadOnlyList<string> ListMountPoints() =>
        [.. DriveInfo.GetDrives().Where(static drive => drive.DriveType == DriveType.Fixed).Select(static drive => drive.Name)];
}

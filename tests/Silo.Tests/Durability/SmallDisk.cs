using System.Diagnostics;

namespace Metrics.Silo.Tests.Durability;

/// <summary>A file system of its own with a size that can be used up. Mounting one takes a right that not every user has.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Megabytes = 8;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("metrics-disk-");

    public SmallDisk()
    {
        var why = OperatingSystem.IsLinux() ? Run("mount", "-t", "tmpfs", "-o", $"size={Megabytes}m", "tmpfs", Path) : "this is not Linux";
        if (why is not null)
        {
            _folder.Delete();
            Assert.Skip($"A small file system cannot be mounted here: {why}");
        }
    }

    public string Path => _folder.FullName;

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Uses up all but some bytes.</summary>
    public void Fill(int leave)
    {
        using var file = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full, as was asked for.
            file.SetLength(file.Length - leave);
        }
    }

    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        Run("umount", "--lazy", Path);
        _folder.Delete(recursive: true);
    }

    /// <returns>Null when it succeeded, else what it said.</returns>
    private static string? Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : said.Trim();
    }
}

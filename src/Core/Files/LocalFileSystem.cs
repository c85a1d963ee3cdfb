namespace Metrics.Core.Files;

/// <summary>The operating system's files.</summary>
public sealed class LocalFileSystem : IFileSystem
{
    public static LocalFileSystem Instance { get; } = new();

    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public IReadOnlyList<string> ListFiles(string directory)
    {
        var names = new List<string>();
        foreach (var path in Directory.EnumerateFiles(directory))
        {
            names.Add(Path.GetFileName(path));
        }

        return names;
    }

    public IReadOnlyList<string> ListDirectories(string directory)
    {
        var names = new List<string>();
        foreach (var path in Directory.EnumerateDirectories(directory))
        {
            names.Add(Path.GetFileName(path));
        }

        return names;
    }

    public bool FileExists(string path) => File.Exists(path);

    public IFile Open(string path, FileOpening opening)
    {
        var mode = opening == FileOpening.CreateNew ? FileMode.CreateNew : FileMode.Open;
        var access = opening == FileOpening.Read ? FileAccess.Read : FileAccess.ReadWrite;
        try
        {
            return new LocalFile(File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete), path);
        }
        catch (IOException error) when (PlatformErrors.IsDiskFull(error))
        {
            throw new DiskFullException($"No space is left to create {path}.", error);
        }
    }

    public IDisposable Lock(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (PlatformErrors.IsLocked(error))
        {
            throw new FileLockedException($"{path} is held by another process.", error);
        }
    }

    public void Delete(string path) => File.Delete(path);

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void FlushDirectory(string directory) => DirectoryFlush.Flush(directory);
}

namespace Metrics.Core.Files;

/// <summary>
/// The few file operations that storage is built on, so that tests can fail each of them. Every member throws
/// <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when the operating system refuses.
/// </summary>
public interface IFileSystem
{
    /// <summary>Creates a directory and its parents; nothing when it exists.</summary>
    void CreateDirectory(string path);

    /// <summary>Names (without the directory) of the files directly in a directory, in no order.</summary>
    IReadOnlyList<string> ListFiles(string directory);

    /// <summary>Names (without the directory) of the directories directly in a directory, in no order.</summary>
    IReadOnlyList<string> ListDirectories(string directory);

    bool FileExists(string path);

    /// <exception cref="FileNotFoundException">The file must exist and does not.</exception>
    IFile Open(string path, FileOpening opening);

    /// <summary>Holds a file so that no other process (and no second caller in this one) can; a killed process lets go of it.</summary>
    /// <exception cref="FileLockedException">Somebody else holds it.</exception>
    IDisposable Lock(string path);

    void Delete(string path);

    /// <summary>Renames, replacing a file that has the new name.</summary>
    void Rename(string from, string to);

    /// <summary>Makes created, renamed and deleted names in a directory survive a power cut.</summary>
    void FlushDirectory(string directory);
}

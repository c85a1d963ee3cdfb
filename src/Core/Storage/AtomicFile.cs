using Metrics.Core.Files;

namespace Metrics.Core.Storage;

/// <summary>Small files that are there whole or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>Writes beside, flushes and renames into place.</summary>
    /// <exception cref="IOException">The file is what it was, or the new one already.</exception>
    public static void Write(IFileSystem files, string directory, string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(directory, name);
        var temporary = path + ".new";
        if (files.FileExists(temporary))
        {
            files.Delete(temporary);
        }

        using (var file = files.Open(temporary, FileOpening.CreateNew))
        {
            file.Write(0, content);
            file.FlushToDisk();
        }

        files.Rename(temporary, path);
        files.FlushDirectory(directory);
    }

    /// <exception cref="InvalidDataException">It is longer than may be.</exception>
    public static byte[] Read(IFileSystem files, string path, int maxBytes)
    {
        using var file = files.Open(path, FileOpening.Read);
        if (file.Length > maxBytes)
        {
            throw new InvalidDataException($"{path} has {file.Length} bytes; at most {maxBytes} are read.");
        }

        var content = new byte[file.Length];
        return content[..file.Read(0, content)];
    }
}

using System.Globalization;
using System.Text;
using Metrics.Core.Files;
using Metrics.Core.Wal;

namespace Metrics.Core.Storage;

/// <summary>
/// Small files of JSON that are there whole or not at all. A second line has the CRC-32C of the first: a state that a flipped bit changed into
/// another must not be taken for true.
/// </summary>
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
            file.Write(content.Length, Checksum(content));
            file.FlushToDisk();
        }

        files.Rename(temporary, path);
        files.FlushDirectory(directory);
    }

    /// <exception cref="InvalidDataException">It is longer than may be, or not what was written.</exception>
    public static ReadOnlySpan<byte> Read(IFileSystem files, string path, int maxBytes)
    {
        using var file = files.Open(path, FileOpening.Read);
        if (file.Length > maxBytes)
        {
            throw new InvalidDataException($"{path} has {file.Length} bytes; at most {maxBytes} are read.");
        }

        var bytes = new byte[file.Length];
        var read = bytes.AsSpan(0, file.Read(0, bytes));
        var content = read[..Math.Max(0, read.Length - Checksum([]).Length)];
        return read[content.Length..].SequenceEqual(Checksum(content))
            ? content
            : throw new InvalidDataException($"{path} is not what was written: its checksum is wrong.");
    }

    private static byte[] Checksum(ReadOnlySpan<byte> content) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\n{{\"crc32c\":\"{Crc32C.Compute(content):x8}\"}}\n"));
}

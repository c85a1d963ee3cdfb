namespace Metrics.LoadGenerator.Storage;

/// <summary>Bytes of the files of a directory, which its owner may change meanwhile.</summary>
internal static class DirectorySize
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <param name="path">The directory; none counts as empty.</param>
    /// <param name="except">Names of entries directly in it that are left out.</param>
    public static long Of(string path, IReadOnlyCollection<string> except)
    {
        var directory = new DirectoryInfo(path);
        return !directory.Exists ? 0 : directory.EnumerateFileSystemInfos()
            .Where(entry => !except.Contains(entry.Name))
            .Sum(static entry => entry is DirectoryInfo inner ? inner.EnumerateFiles("*", Everything).Sum(LengthOf) : LengthOf((FileInfo)entry));
    }

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            // Gone since it was listed.
            return 0;
        }
    }
}

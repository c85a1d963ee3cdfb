namespace Metrics.Core.ObjectStorage;

/// <summary>The objects of a folder store below a prefix.</summary>
internal static class FolderListing
{
    public static List<ObjectInfo> Of(FolderLayout layout, string prefix, CancellationToken cancellation)
    {
        var found = new List<ObjectInfo>();
        var end = prefix.LastIndexOf('/') + 1;
        Add(prefix[..end], found, layout, prefix, cancellation);
        return found;
    }

    // The parent is empty, or ends with '/'.
    private static void Add(string parent, List<ObjectInfo> found, FolderLayout layout, string prefix, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var entry in Entries(parent, layout))
        {
            // Entries of directories end with '/', so that this order is the order of whole names.
            var name = parent + entry;
            if (!name.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            if (name[^1] == '/')
            {
                Add(name, found, layout, prefix, cancellation);
            }
            else if (layout.TryOpen(name) is { } file)
            {
                using (file)
                {
                    found.Add(new ObjectInfo(name, file.Length));
                }
            }
        }
    }

    private static List<string> Entries(string parent, FolderLayout layout)
    {
        var directory = parent.Length == 0 ? layout.Root : layout.PathOf(parent[..^1]);
        var entries = new List<string>();
        try
        {
            entries.AddRange(layout.Files.ListFiles(directory).Where(ObjectName.IsValid));
            entries.AddRange(layout.Files.ListDirectories(directory).Where(ObjectName.IsValid).Select(static d => d + "/"));
        }
        catch (DirectoryNotFoundException) when (parent.Length > 0)
        {
            // No object has such a name, or it went meanwhile.
        }

        entries.Sort(StringComparer.Ordinal);
        return entries;
    }
}

using Metrics.Core.Files;

namespace Metrics.Core.Catalog;

/// <summary>A shard's directory on local disk: <c>state.json</c> and the spool.</summary>
internal sealed class StateFile
{
    public const string FileName = "state.json";
    private const long MaxBytes = 1024L * 1024 * 1024;

    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly int _shard;
    private volatile bool _exists;
    private bool _made;

    public StateFile(IFileSystem files, string directory, int shard)
    {
        _files = files;
        Directory = directory;
        Spool = Path.Combine(directory, "spool");
        _path = Path.Combine(directory, FileName);
        _shard = shard;
    }

    public string Directory { get; }

    public string Spool { get; }

    /// <summary>Whether a state was read or written.</summary>
    public bool Exists => _exists;

    public string PathOf(string objectName) => Path.Combine(Spool, BlockName.FileOf(objectName));

    /// <summary>The state; null when there is none.</summary>
    /// <exception cref="InvalidDataException">It is not what was written.</exception>
    public ShardState? Read()
    {
        if (!_files.FileExists(_path))
        {
            return null;
        }

        byte[] text;
        using (var file = _files.Open(_path, FileOpening.Read))
        {
            text = file.Length <= MaxBytes ? new byte[file.Length] : throw new InvalidDataException($"it has {file.Length} bytes");
            if (file.Read(0, text) != text.Length)
            {
                throw new InvalidDataException("it became shorter while it was read");
            }
        }

        var document = CheckedJson.Read(text, CatalogJson.Default.StateDocument);
        if (document.FormatVersion != StateDocument.CurrentVersion || document.Shard != _shard)
        {
            throw new InvalidDataException($"it is version {document.FormatVersion} of shard {document.Shard}");
        }

        _exists = true;
        return WithPaths(document.State, name => Path.Combine(Spool, name));
    }

    /// <summary>Replaces the state. When it throws, the new state may be on disk and may not.</summary>
    public void Write(ShardState state)
    {
        MakeDirectories();
        var text = CheckedJson.Write(
            new StateDocument(CheckedJson.NoCrc, StateDocument.CurrentVersion, _shard, WithPaths(state, static path => Path.GetFileName(path))),
            CatalogJson.Default.StateDocument);
        var temporary = _path + ".new";
        if (_files.FileExists(temporary))
        {
            _files.Delete(temporary);
        }

        using (var file = _files.Open(temporary, FileOpening.CreateNew))
        {
            file.Write(0, text);
            file.FlushToDisk();
        }

        // The files that the state speaks of first: a state without its files would be worse than the other way round.
        _files.FlushDirectory(Spool);
        _files.Rename(temporary, _path);
        _files.FlushDirectory(Directory);
        _exists = true;
    }

    /// <summary>Keeps a state that cannot be read, for people, under a name that is not in use.</summary>
    public string SetAside()
    {
        for (var i = 1; ; i++)
        {
            var aside = $"{_path}.damaged-{i}";
            if (!_files.FileExists(aside))
            {
                _files.Rename(_path, aside);
                return aside;
            }
        }
    }

    public IReadOnlyList<string> ListSpool()
    {
        try
        {
            return _files.ListFiles(Spool);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private void MakeDirectories()
    {
        if (_made)
        {
            return;
        }

        _files.CreateDirectory(Spool);
        _files.FlushDirectory(Directory);
        _files.FlushDirectory(Path.GetDirectoryName(Directory)!);
        _made = true;
    }

    private static ShardState WithPaths(ShardState state, Func<string, string> map) => state with
    {
        Pending =
        [
            .. state.Pending.Select(p => p with { Change = p.Change with { Add = [.. p.Change.Add.Select(a => a with { Path = map(a.Path) })] } }),
        ],
    };
}

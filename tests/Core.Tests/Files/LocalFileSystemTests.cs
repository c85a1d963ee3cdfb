using Metrics.Core.Files;

namespace Metrics.Core.Tests.Files;

public sealed class LocalFileSystemTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LocalFileSystem _files = LocalFileSystem.Instance;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Writes_reads_cuts_and_flushes_at_offsets()
    {
        using var file = _files.Open(PathOf("a"), FileOpening.CreateNew);
        file.Write(0, "hello"u8);
        file.Write(5, " world"u8);
        file.FlushToDisk();
        _files.FlushDirectory(_directory.Path);
        var read = new byte[20];
        Assert.Equal(11, file.Read(0, read));
        Assert.True(read.AsSpan(0, 11).SequenceEqual("hello world"u8));
        file.Truncate(5);
        Assert.Equal((5L, 2, 0), (file.Length, file.Read(3, read), file.Read(9, read)));
    }

    [Fact]
    public void Lists_renames_and_deletes()
    {
        _files.CreateDirectory(PathOf("sub"));
        _files.Open(PathOf("a"), FileOpening.CreateNew).Dispose();
        _files.Open(PathOf("b"), FileOpening.CreateNew).Dispose();
        _files.Rename(PathOf("a"), PathOf("b"));
        Assert.Equal(["b"], _files.ListFiles(_directory.Path));
        Assert.True(_files.FileExists(PathOf("b")));
        _files.Delete(PathOf("b"));
        Assert.Empty(_files.ListFiles(_directory.Path));
    }

    [Fact]
    public void Opens_what_is_there_and_creates_what_is_not()
    {
        Assert.Throws<FileNotFoundException>(() => _files.Open(PathOf("a"), FileOpening.Read));
        Assert.Throws<FileNotFoundException>(() => _files.Open(PathOf("a"), FileOpening.ReadWrite));
        _files.Open(PathOf("a"), FileOpening.CreateNew).Dispose();
        Assert.ThrowsAny<IOException>(() => _files.Open(PathOf("a"), FileOpening.CreateNew));
        Assert.ThrowsAny<IOException>(() => _files.FlushDirectory(PathOf("none")));
    }

    [Fact]
    public void A_lock_is_held_by_one_at_a_time()
    {
        using (_files.Lock(PathOf("lock")))
        {
            Assert.Throws<FileLockedException>(() => _files.Lock(PathOf("lock")));
        }

        _files.Lock(PathOf("lock")).Dispose();
    }

    [Fact]
    public void A_full_disk_is_told_apart_from_other_errors()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs a device that is always full");
        using var file = _files.Open("/dev/full", FileOpening.ReadWrite);
        Assert.Throws<DiskFullException>(() => file.Write(0, new byte[4096]));
    }

    private string PathOf(string name) => Path.Combine(_directory.Path, name);
}

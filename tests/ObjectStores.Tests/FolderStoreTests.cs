using Metrics.Core.Files;
using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores.Tests;

public sealed class FolderStoreTests : ObjectStoreConformance, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("metrics-objects-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Objects_are_files_of_their_names_below_the_local_directory()
    {
        var store = Open();
        await Put(store, "shards/0001/a.block", "content", PutCondition.Absent);

        Assert.Equal("content", await File.ReadAllTextAsync(Path.Combine(store.LocalDirectory!, "shards", "0001", "a.block"), Cancellation));
        Assert.Equal($"folder {_directory}", store.Description);
        Assert.Empty(Directory.GetFiles(Path.Combine(_directory, ".tmp")));
    }

    [Fact]
    public async Task A_name_that_another_process_is_writing_is_waited_for_up_to_the_time_limit()
    {
        var store = Open(TimeSpan.FromMilliseconds(300));
        await Put(store, "held", "before", PutCondition.None);
        var held = Directory.CreateDirectory(Path.Combine(_directory, ".locks"));
        var locks = Enumerable.Range(0, 64).Select(n => LocalFileSystem.Instance.Lock(Path.Combine(held.FullName, n.ToString("00", null)))).ToList();

        await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => Put(store, "held", "after", PutCondition.None));
        Assert.Equal("before", await Text(store, "held"));

        // The caller is told at its time limit; the writer behind it tidies up when it sees that.
        Assert.True(SpinWait.SpinUntil(() => Directory.GetFiles(Path.Combine(_directory, ".tmp")).Length == 0, TimeSpan.FromSeconds(30)));

        locks.ForEach(static l => l.Dispose());
        await Put(store, "held", "after", PutCondition.None);
        Assert.Equal("after", await Text(store, "held"));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_unavailable_and_works_once_it_can()
    {
        var directory = Path.Combine(_directory, "blocked");
        await File.WriteAllTextAsync(directory, "in the way", Cancellation);
        var store = new FolderObjectStore(directory, SystemClock.Instance);

        await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => Put(store, "x", "1", PutCondition.None));
        await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => List(store, ""));

        File.Delete(directory);
        await Put(store, "x", "1", PutCondition.None);
        Assert.Equal("1", await Text(store, "x"));
    }

    [Fact]
    public async Task A_directory_that_was_taken_away_is_made_anew()
    {
        var store = Open();
        await Put(store, "a/b/c", "1", PutCondition.None);
        Directory.Delete(Path.Combine(_directory, "a"), recursive: true);

        await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => Put(store, "a/b/c", "2", PutCondition.None));
        await Put(store, "a/b/c", "3", PutCondition.Absent);
        Assert.Equal("3", await Text(store, "a/b/c"));
    }

    protected override IObjectStore Open(TimeSpan? timeout = null) => new FolderObjectStore(_directory, SystemClock.Instance, timeout);
}

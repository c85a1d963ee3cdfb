using System.Text;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Tests.Files;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.ObjectStorage;

/// <summary>A folder store whose process or disk fails at each of its operations.</summary>
public sealed class FolderFaultTests
{
    private const string Root = "/objects";
    private const string Name = "shards/0001/catalog.json";

    private static readonly string Before = new('o', 1000);
    private static readonly string After = new('n', 2_500_000);

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Whatever_fails_there_is_the_old_content_or_the_new_and_never_a_half(bool isKilled, bool isPowerCut)
    {
        var sawOld = false;
        for (var fault = 1; ; fault++)
        {
            Assert.True(fault < 100, "a put has few operations");
            var files = new FaultyFileSystem();
            var store = Store(files);
            var version = await Put(store, Before, PutCondition.Absent);
            var done = files.Operations;
            (files.FaultAt, files.Fault) = (done + fault, isKilled ? FaultKind.Kill : default);
            var failed = false;
            try
            {
                await Put(store, After, PutCondition.Matches(version));
            }
            catch (ObjectStoreUnavailableException)
            {
                failed = true;
            }

            var left = isPowerCut ? files.AfterPowerCut() : files.AfterKill();
            var content = await Content(Store(left));
            Assert.True(content == Before || content == After, $"operation {fault} left {content?.Length} characters");
            sawOld |= content == Before;
            if (!failed)
            {
                // The fault was never reached: every operation before it has been tried.
                Assert.Equal(After, content);
                Assert.True(sawOld);
                Assert.True(fault > 5, "a put creates, writes, flushes, renames and flushes the directory");
                return;
            }

            await Put(Store(left), content == Before ? After : Before, PutCondition.None);
        }
    }

    [Fact]
    public async Task A_put_that_was_answered_survives_a_power_cut()
    {
        var files = new FaultyFileSystem();
        var version = await Put(Store(files), Before, PutCondition.Absent);
        await Put(Store(files), After, PutCondition.Matches(version));

        Assert.Equal(After, await Content(Store(files.AfterPowerCut())));
    }

    [Fact]
    public async Task An_object_found_there_after_a_kill_is_durable_before_anybody_hears_of_it()
    {
        var files = new FaultyFileSystem();
        var renamed = false;
        files.Before = operation =>
        {
            // Killed between renaming and flushing the name.
            renamed |= operation == FileOperation.Rename;
            if (renamed && operation == FileOperation.FlushDirectory)
            {
                (files.FaultAt, files.Fault) = (files.Operations + 1, FaultKind.Kill);
            }
        };
        await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => Put(Store(files), Before, PutCondition.Absent));
        Assert.True(renamed);

        var left = files.AfterKill();
        await Assert.ThrowsAsync<ConditionFailedException>(() => Put(Store(left), Before, PutCondition.Absent));

        Assert.Equal(Before, await Content(Store(left.AfterPowerCut())));
    }

    [Fact]
    public async Task Leftovers_of_a_dead_process_are_swept_after_an_hour_and_younger_ones_are_not()
    {
        var files = new FaultyFileSystem();
        var old = Store(files);
        await Put(old, Before, PutCondition.None);
        (files.FaultAt, files.Fault) = (files.Operations + 2, FaultKind.Kill);
        await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => Put(old, After, PutCondition.None));
        var left = files.AfterKill();

        Assert.Equal(Before, await Content(Store(left)));
        Assert.Single(left.Paths, IsTemporary);

        _time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(Before, await Content(Store(left)));
        Assert.DoesNotContain(left.Paths, IsTemporary);
    }

    [Fact]
    public async Task A_full_disk_leaves_the_old_content_and_no_leftover()
    {
        var files = new FaultyFileSystem();
        var store = Store(files);
        await Put(store, Before, PutCondition.None);
        files.Capacity = 1_000_000;

        await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => Put(store, After, PutCondition.None));

        Assert.Equal(Before, await Content(store));
        Assert.DoesNotContain(files.Paths, IsTemporary);
    }

    private static bool IsTemporary(string path) => path.Contains("/.tmp/", StringComparison.Ordinal);

    private static async Task<ObjectVersion> Put(FolderObjectStore store, string text, PutCondition condition)
    {
        using var content = new MemoryStream(Encoding.ASCII.GetBytes(text));
        return await store.PutAsync(Name, content, condition, Cancellation);
    }

    private static async Task<string?> Content(FolderObjectStore store) =>
        await store.GetAsync(Name, 10_000_000, Cancellation) is { } found ? Encoding.ASCII.GetString(found.Content) : null;

    private FolderObjectStore Store(FaultyFileSystem files) => new(Root, _time, files: files);
}

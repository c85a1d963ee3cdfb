using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores.Tests;

/// <summary>What every store does, whatever is behind it.</summary>
public abstract class ObjectStoreConformance
{
    protected const int MaxBytes = 1024 * 1024;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A store over the same objects, as another process has one.</summary>
    protected abstract IObjectStore Open(TimeSpan? timeout = null);

    [Fact]
    public async Task What_is_put_can_be_got()
    {
        var store = Open();
        var version = await Put(store, "a/b.json", "hello", PutCondition.None);

        var found = await Open().GetAsync("a/b.json", MaxBytes, Cancellation);

        Assert.Equal("hello", Encoding.UTF8.GetString(found!.Content));
        Assert.Equal(version, found.Version);
    }

    [Fact]
    public async Task What_is_not_there_is_null_or_not_found()
    {
        var store = Open();
        await Put(store, "there/one", "x", PutCondition.None);

        Assert.Null(await store.GetAsync("missing", MaxBytes, Cancellation));
        Assert.Null(await store.GetAsync("there/two", MaxBytes, Cancellation));
        var error = await Assert.ThrowsAsync<ObjectNotFoundException>(() => store.ReadAsync("missing/part", 0, new byte[4], Cancellation));
        Assert.Contains("missing/part", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => store.ReadAsync("missing/part", 10, Memory<byte>.Empty, Cancellation));
    }

    [Fact]
    public async Task A_put_without_a_condition_replaces()
    {
        var store = Open();
        var first = await Put(store, "x", "first, longer", PutCondition.None);
        var second = await Put(store, "x", "second", PutCondition.None);

        Assert.NotEqual(first, second);
        Assert.Equal("second", await Text(store, "x"));
    }

    [Fact]
    public async Task An_empty_object_is_an_object()
    {
        var store = Open();
        var version = await Put(store, "empty", "", PutCondition.Absent);

        var found = await store.GetAsync("empty", 0, Cancellation);
        Assert.Empty(found!.Content);
        Assert.Equal(version, found.Version);
        Assert.Equal(0, await store.ReadAsync("empty", 0, new byte[8], Cancellation));
        Assert.Equal([new ObjectInfo("empty", 0)], await List(store, ""));
        await Assert.ThrowsAsync<ConditionFailedException>(() => Put(store, "empty", "x", PutCondition.Absent));
    }

    [Fact]
    public async Task A_put_begins_at_the_streams_position()
    {
        var store = Open();
        using var content = new MemoryStream("0123456789"u8.ToArray()) { Position = 4 };
        await store.PutAsync("tail", content, PutCondition.None, Cancellation);

        Assert.Equal("456789", await Text(store, "tail"));
        Assert.True(content.CanRead);
    }

    [Fact]
    public async Task A_part_is_read_up_to_the_objects_end()
    {
        var store = Open();
        await Put(store, "p", "0123456789", PutCondition.None);
        var buffer = new byte[4];

        Assert.Equal(4, await store.ReadAsync("p", 3, buffer, Cancellation));
        Assert.Equal("3456", Encoding.UTF8.GetString(buffer));
        Assert.Equal(2, await store.ReadAsync("p", 8, buffer, Cancellation));
        Assert.Equal("89", Encoding.UTF8.GetString(buffer, 0, 2));
        Assert.Equal(0, await store.ReadAsync("p", 10, buffer, Cancellation));
        Assert.Equal(0, await store.ReadAsync("p", 1000, buffer, Cancellation));
        Assert.Equal(0, await store.ReadAsync("p", 2, Memory<byte>.Empty, Cancellation));
    }

    [Fact]
    public async Task An_object_that_is_too_large_is_not_read()
    {
        var store = Open();
        await Put(store, "large", new string('x', 100), PutCondition.None);

        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.GetAsync("large", 99, Cancellation));
        Assert.Contains("100 bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(100, (await store.GetAsync("large", 100, Cancellation))!.Content.Length);
    }

    [Fact]
    public async Task Absent_holds_once()
    {
        var store = Open();
        await Put(store, "once", "first", PutCondition.Absent);

        await Assert.ThrowsAsync<ConditionFailedException>(() => Put(Open(), "once", "second", PutCondition.Absent));
        Assert.Equal("first", await Text(store, "once"));

        await store.DeleteAsync("once", Cancellation);
        await Put(store, "once", "third", PutCondition.Absent);
        Assert.Equal("third", await Text(store, "once"));
    }

    [Fact]
    public async Task A_stale_owner_is_refused_and_changes_nothing()
    {
        var (old, young) = (Open(), Open());
        var version = await Put(old, "shards/0001/catalog.json", "1", PutCondition.Absent);
        var taken = await Put(young, "shards/0001/catalog.json", "2", PutCondition.Matches(version));

        await Assert.ThrowsAsync<ConditionFailedException>(() => Put(old, "shards/0001/catalog.json", "stale", PutCondition.Matches(version)));

        Assert.Equal("2", await Text(old, "shards/0001/catalog.json"));
        await Put(young, "shards/0001/catalog.json", "3", PutCondition.Matches(taken));
        Assert.Equal("3", await Text(young, "shards/0001/catalog.json"));
    }

    [Fact]
    public async Task An_object_that_is_gone_matches_no_version()
    {
        var store = Open();
        var version = await Put(store, "gone", "x", PutCondition.None);
        await store.DeleteAsync("gone", Cancellation);

        await Assert.ThrowsAsync<ConditionFailedException>(() => Put(store, "gone", "y", PutCondition.Matches(version)));
        Assert.Null(await store.GetAsync("gone", MaxBytes, Cancellation));
    }

    [Fact]
    public async Task A_version_that_was_got_can_be_matched()
    {
        var store = Open();
        await Put(store, "v", "1", PutCondition.None);
        var found = await store.GetAsync("v", MaxBytes, Cancellation);

        await Put(store, "v", "2", PutCondition.Matches(found!.Version));
        Assert.Equal("2", await Text(store, "v"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_twenty_writers_exactly_one_wins(bool replaces)
    {
        const int Writers = 20;
        var condition = replaces ? PutCondition.Matches(await Put(Open(), "race/object", "before", PutCondition.None)) : PutCondition.Absent;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            try
            {
                var text = writer.ToString(CultureInfo.InvariantCulture);
                return (Text: text, Version: (ObjectVersion?)await Put(Open(), "race/object", text, condition));
            }
            catch (ConditionFailedException)
            {
                return (Text: "", Version: null);
            }
        }));

        var winner = Assert.Single(outcomes, static o => o.Version is not null);
        var found = await Open().GetAsync("race/object", MaxBytes, Cancellation);
        Assert.Equal(winner.Text, Encoding.UTF8.GetString(found!.Content));
        Assert.Equal(winner.Version, found.Version);
    }

    [Fact]
    public async Task Counting_by_several_owners_loses_no_step()
    {
        const int Owners = 4;
        const int Steps = 5;
        await Put(Open(), "count", "0", PutCondition.Absent);

        await Task.WhenAll(Enumerable.Range(0, Owners).Select(async _ =>
        {
            var store = Open();
            for (var done = 0; done < Steps;)
            {
                var found = (await store.GetAsync("count", MaxBytes, Cancellation))!;
                if (!int.TryParse(Encoding.UTF8.GetString(found.Content), CultureInfo.InvariantCulture, out var count))
                {
                    // An emulator that does not write whole objects at once.
                    continue;
                }

                try
                {
                    await Put(store, "count", (count + 1).ToString(CultureInfo.InvariantCulture), PutCondition.Matches(found.Version));
                    done++;
                }
                catch (ConditionFailedException)
                {
                    // Somebody else's step.
                }
            }
        }));

        Assert.Equal((Owners * Steps).ToString(CultureInfo.InvariantCulture), await Text(Open(), "count"));
    }

    [Fact]
    public async Task A_large_object_is_streamed_under_a_condition()
    {
        const int Bytes = 40_000_003;
        var content = new byte[Bytes];
        new Random(7).NextBytes(content);
        var store = Open();

        var version = await Put(store, "large/block", content, PutCondition.Absent);
        await Assert.ThrowsAsync<ConditionFailedException>(() => Put(store, "large/block", content[..^1], PutCondition.Absent));

        Assert.Equal([new ObjectInfo("large/block", Bytes)], await List(store, "large/"));
        var read = new byte[Bytes];
        Assert.Equal(Bytes, await store.ReadAsync("large/block", 0, read, Cancellation));
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(read));
        var part = new byte[1000];
        Assert.Equal(1000, await store.ReadAsync("large/block", 33_554_000, part, Cancellation));
        Assert.Equal(content[33_554_000..33_555_000], part);
        await Put(store, "large/block", content[..10], PutCondition.Matches(version));

        // An emulator that overwrites in place may list for a moment what it has of the new bytes.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (!(await List(store, "large/")).SequenceEqual([new ObjectInfo("large/block", 10)]))
        {
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task A_listing_goes_on_over_pages_in_the_order_of_names()
    {
        const int Objects = 1_205;
        var store = Open();
        var names = Enumerable.Range(0, Objects).Select(static n => string.Create(CultureInfo.InvariantCulture, $"list/{n:D5}")).ToArray();
        await Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation },
            async (name, _) => await Put(store, name, "x", PutCondition.None));

        Assert.Equal(names, (await List(store, "list/")).Select(static o => o.Name));
        Assert.Equal(names[100..110], (await List(store, "list/0010")).Select(static o => o.Name));
    }

    [Fact]
    public async Task A_listing_has_what_begins_with_the_prefix()
    {
        var store = Open();
        foreach (var name in new[] { "a/1", "a/2/x", "ab", "b/a" })
        {
            await Put(store, name, name, PutCondition.None);
        }

        Assert.Equal([new("a/1", 3), new("a/2/x", 5), new("ab", 2), new ObjectInfo("b/a", 3)], await List(store, ""));
        Assert.Equal(["a/1", "a/2/x", "ab"], (await List(store, "a")).Select(static o => o.Name));
        Assert.Equal(["a/1", "a/2/x"], (await List(store, "a/")).Select(static o => o.Name));
        Assert.Equal(["a/2/x"], (await List(store, "a/2/")).Select(static o => o.Name));
        Assert.Empty(await List(store, "c/"));
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_may_be_deleted_again()
    {
        var store = Open();
        await Put(store, "d/1", "x", PutCondition.Absent);
        await Put(store, "d/2", "x", PutCondition.Absent);

        await store.DeleteAsync("d/1", Cancellation);
        await store.DeleteAsync("d/1", Cancellation);
        await store.DeleteAsync("never/was", Cancellation);

        Assert.Equal(["d/2"], (await List(store, "")).Select(static o => o.Name));
    }

    [Theory]
    [InlineData("abcdefghijklmnopqrstuvwxyz/ABCDEFGHIJKLMNOPQRSTUVWXYZ/0123456789")]
    [InlineData("a.b_c-d/-/_/--__/x..y")]
    [InlineData("shards/0003/raw/1700000000000-1700007200000-1-17.block")]
    public async Task Names_have_letters_digits_points_lines_and_slashes(string name)
    {
        var store = Open();
        await Put(store, name, name, PutCondition.Absent);

        Assert.Equal(name, await Text(store, name));
        Assert.Equal([name], (await List(store, "")).Select(static o => o.Name));
    }

    [Fact]
    public async Task The_longest_name_is_taken()
    {
        var part = new string('n', ObjectName.MaxPartLength);
        var name = $"{part}/{part}/{new string('x', ObjectName.MaxLength - (2 * part.Length) - 2)}";
        var store = Open();
        await Put(store, name, "x", PutCondition.Absent);

        Assert.Equal("x", await Text(store, name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../../etc/passwd")]
    [InlineData("a/.")]
    [InlineData(".tmp/x")]
    [InlineData("a.")]
    [InlineData("a b")]
    [InlineData("a\\b")]
    [InlineData("ä")]
    [InlineData("a\0b")]
    [InlineData("a%2fb")]
    public async Task Other_names_are_refused_before_anything_is_asked(string name)
    {
        var store = Open();

        await Assert.ThrowsAnyAsync<ArgumentException>(() => Put(store, name, "x", PutCondition.None));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.GetAsync(name, MaxBytes, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.ReadAsync(name, 0, new byte[1], Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.DeleteAsync(name, Cancellation));
    }

    [Theory]
    [InlineData("../")]
    [InlineData("/")]
    [InlineData(".")]
    [InlineData("a//")]
    [InlineData("a*")]
    public async Task Other_prefixes_are_refused(string prefix) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => List(Open(), prefix));

    [Fact]
    public async Task A_caller_who_has_given_up_is_told_so()
    {
        var store = Open();
        using var given = new CancellationTokenSource();
        await given.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetAsync("x", MaxBytes, given.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.DeleteAsync("x", given.Token));
        using var content = new MemoryStream([1]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutAsync("x", content, PutCondition.None, given.Token));
        Assert.Null(await store.GetAsync("x", MaxBytes, Cancellation));
    }

    protected static Task<ObjectVersion> Put(IObjectStore store, string name, string text, PutCondition condition) =>
        Put(store, name, Encoding.UTF8.GetBytes(text), condition);

    protected static async Task<ObjectVersion> Put(IObjectStore store, string name, byte[] bytes, PutCondition condition)
    {
        using var content = new MemoryStream(bytes, writable: false);
        return await store.PutAsync(name, content, condition, Cancellation);
    }

    protected static async Task<string> Text(IObjectStore store, string name) =>
        Encoding.UTF8.GetString((await store.GetAsync(name, MaxBytes, Cancellation))!.Content);

    protected static async Task<List<ObjectInfo>> List(IObjectStore store, string prefix)
    {
        var found = new List<ObjectInfo>();
        await foreach (var item in store.ListAsync(prefix, Cancellation))
        {
            found.Add(item);
        }

        return found;
    }
}

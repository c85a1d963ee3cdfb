using Metrics.Core.Catalog;
using Metrics.Core.Tests.Files;

namespace Metrics.Core.Tests.Catalog;

/// <summary>A scenario of sealing, rolling up, compacting and deleting is broken at each of its steps in turn; nothing may be lost or twice there.</summary>
public sealed class PublishCrashTests
{
    /// <summary>As many operations as the whole scenario has, or more: past its end nothing fails.</summary>
    private const int MostSteps = 200;

    [Theory]
    [InlineData(StoreFault.Before, false)]
    [InlineData(StoreFault.After, false)]
    [InlineData(StoreFault.Before, true)]
    [InlineData(StoreFault.After, true)]
    public async Task A_store_that_fails_at_any_step_loses_and_doubles_nothing(StoreFault fault, bool dies)
    {
        var met = 0;
        for (var step = 1; step <= MostSteps; step++)
        {
            var files = new FaultyFileSystem();
            var objects = new Objects();
            var store = new FaultyObjectStore(objects) { FaultAt = step, Fault = fault, DiesAtFault = dies };
            var model = new Model();
            await using (var harness = await CatalogHarness.OpenAsync(files, store))
            {
                await RunAsync(harness, model);
                met += dies && store.Operations >= step ? 1 : 0;
                if (!dies)
                {
                    await TryAsync(harness.FlushAsync);
                    met += store.Operations >= step ? 1 : 0;
                    store.FaultAt = 0;
                    await CheckAsync(harness, model, objects);
                }
            }

            await using var next = await CatalogHarness.OpenAsync(files.AfterPowerCut(), new FaultyObjectStore(objects));
            Assert.Equal(model.Contents, await next.ReadAllAsync());
            await next.FlushAsync();
            await CheckAsync(next, model, objects);
        }

        Assert.InRange(met, 10, MostSteps - 1);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_disk_that_fails_at_any_step_loses_and_doubles_nothing(bool kills, bool power)
    {
        var met = 0;
        for (var step = 1; step <= MostSteps; step++)
        {
            var files = new FaultyFileSystem { FaultAt = step, Fault = kills ? FaultKind.Kill : FaultKind.Error };
            var objects = new Objects();
            var model = new Model();
            await TryAsync(async () =>
            {
                await using var harness = await CatalogHarness.OpenAsync(files, new FaultyObjectStore(objects));
                await RunAsync(harness, model);
            });

            var after = power ? files.AfterPowerCut() : files.AfterKill();
            await using var next = await CatalogHarness.OpenAsync(after, new FaultyObjectStore(objects));
            model.Settle(await next.ReadAllAsync());
            await next.FlushAsync();
            await CheckAsync(next, model, objects);
            met += files.Operations >= step ? 1 : 0;
        }

        Assert.InRange(met, 20, MostSteps - 1);
    }

    private static async Task RunAsync(CatalogHarness harness, Model model)
    {
        var a = await SealAsync(harness, model, "a", 0);
        await TryAsync(harness.FlushAsync);
        var b = await SealAsync(harness, model, "b", 1);
        await SealAsync(harness, model, "c", 2);
        await TryAsync(harness.FlushAsync);
        if (a is not null && b is not null)
        {
            await ApplyAsync(harness, model, CatalogChange.Of("compacted") with { Add = [await WriteAsync(harness, "ab", 0)], Remove = [a, b] }, ["ab"], ["a", "b"]);
        }

        await TryAsync(harness.FlushAsync);
        var d = await SealAsync(harness, model, "d", 3);
        if (d is not null)
        {
            await ApplyAsync(harness, model, CatalogChange.Of("retention") with { Remove = [d] }, [], ["d"]);
        }

        await SealAsync(harness, model, "e", 4);
        await TryAsync(harness.FlushAsync);
        await TryAsync(harness.FlushAsync);
    }

    private static async Task<string?> SealAsync(CatalogHarness harness, Model model, string content, long window)
    {
        string? name = null;
        await TryAsync(async () =>
        {
            var block = await WriteAsync(harness, content, window);
            name = await ApplyAsync(harness, model, CatalogChange.Of("sealed") with { Add = [block] }, [content], []) ? block.Info.Name : null;
        });
        return name;
    }

    private static Task<NewBlock> WriteAsync(CatalogHarness harness, string content, long window) => Task.FromResult(harness.Write(content, window));

    private static async Task<bool> ApplyAsync(CatalogHarness harness, Model model, CatalogChange change, string[] adds, string[] removes)
    {
        model.Begin(adds, removes);
        try
        {
            await harness.ApplyAsync(change);
        }
        catch (IOException)
        {
            model.Fail();
            return false;
        }

        model.Succeed();
        return true;
    }

    private static async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (IOException)
        {
            // The step that fails; what it left behind is what the test looks at.
        }
    }

    /// <summary>Everything is published, readable, and nothing else is left in the store or the spool.</summary>
    private static async Task CheckAsync(CatalogHarness harness, Model model, Objects objects)
    {
        await harness.FlushAsync();
        Assert.Equal(model.Contents, await harness.ReadAllAsync());
        Assert.Empty(harness.Shard.Catalog.Damaged);
        Assert.Equal(harness.Shard.Catalog.Blocks.Select(static b => b.Name).Order(StringComparer.Ordinal), Blocks(objects));

        await using var stranger = await CatalogHarness.OpenAsync(new FaultyFileSystem(), new FaultyObjectStore(objects));
        await stranger.FlushAsync();
        Assert.Equal(model.Contents, await stranger.ReadAllAsync());
    }

    private static IEnumerable<string> Blocks(Objects objects) =>
        objects.All.Keys.Where(static n => n.EndsWith(".block", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>What the shard has to hold. A change that failed in the end may still be found after a crash, whole or not at all.</summary>
    private sealed class Model
    {
        private readonly HashSet<string> _certain = new(StringComparer.Ordinal);
        private (string[] Adds, string[] Removes)? _underWay;
        private List<string>? _instead;

        public List<string> Contents => [.. _certain.Order(StringComparer.Ordinal)];

        public void Begin(string[] adds, string[] removes) => _underWay = (adds, removes);

        public void Succeed()
        {
            _certain.UnionWith(_underWay!.Value.Adds);
            _certain.ExceptWith(_underWay.Value.Removes);
            _instead = null;
        }

        public void Fail() =>
            _instead ??= [.. _certain.Except(_underWay!.Value.Removes).Concat(_underWay.Value.Adds).Order(StringComparer.Ordinal)];

        /// <summary>Takes what a restart found, if it may be.</summary>
        public void Settle(List<string> found)
        {
            if (_instead is not null && found.SequenceEqual(_instead))
            {
                _certain.Clear();
                _certain.UnionWith(found);
            }

            Assert.Equal(Contents, found);
        }
    }
}

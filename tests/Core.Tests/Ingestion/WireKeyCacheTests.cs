using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Ingestion;

namespace Metrics.Core.Tests.Ingestion;

public class WireKeyCacheTests
{
    // Keys that fall into few slots, so that probing matters.
    private static readonly Gen<WireKey> Keys = Gen.Choose(0, 400).Select(static i => new WireKey(new UInt128((ulong)i, (ulong)(i % 7))));

    [Property(MaxTest = 200)]
    public Property Finds_what_was_set_last() => Prop.ForAll(
        Gen.ArrayOf(Keys.Zip(Gen.Choose(0, 9)), 500).ToArbitrary(),
        static steps =>
        {
            var cache = new WireKeyCache<string>(10_000);
            var model = new Dictionary<WireKey, string>();
            foreach (var (key, value) in steps)
            {
                if (value < 3)
                {
                    Assert.Equal(model.GetValueOrDefault(key), cache.Find(key));
                }
                else
                {
                    cache.Set(key, model[key] = $"{value}");
                }

                Assert.Equal(model.Count, cache.Count);
            }

            Assert.All(model, p => Assert.Equal(p.Value, cache.Find(p.Key)));
        });

    [Fact]
    public void At_the_limit_it_starts_again_with_what_comes()
    {
        var cache = new WireKeyCache<string>(5000);
        for (var i = 0; i < 5000; i++)
        {
            cache.Set(Key(i), $"{i}");
        }

        cache.Set(Key(17), "again");
        Assert.Equal((5000, "again", "4999"), (cache.Count, cache.Find(Key(17)), cache.Find(Key(4999))));
        cache.Set(Key(5000), "new");
        Assert.Equal((1, "new", null), (cache.Count, cache.Find(Key(5000)), cache.Find(Key(17))));
        for (var i = 0; i < 50_000; i++)
        {
            cache.Set(Key(i), $"{i}");
            Assert.InRange(cache.Count, 1, 5000);
        }
    }

    [Fact]
    public async Task Readers_find_whole_entries_while_it_grows()
    {
        const int Entries = 100_000;
        var cache = new WireKeyCache<string>(Entries);
        var values = Enumerable.Range(0, Entries).Select(static i => $"{i}").ToArray();
        var set = 0;
        var readers = Enumerable.Range(0, 2).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            int known;
            do
            {
                known = Volatile.Read(ref set);
                for (var n = 0; n < 100; n++)
                {
                    var i = random.Next(Entries);
                    var found = cache.Find(Key(i));
                    Assert.True(found is null ? i >= known : ReferenceEquals(found, values[i]));
                }
            }
            while (known < Entries);
        })).ToArray();
        for (var i = 0; i < Entries; i++)
        {
            cache.Set(Key(i), values[i]);
            Volatile.Write(ref set, i + 1);
        }

        await Task.WhenAll(readers);
        Assert.Equal(Entries, cache.Count);
    }

    [Fact]
    public void The_same_bytes_in_another_format_are_another_key()
    {
        var keys = Enum.GetValues<WireKey.Scope>().Select(static scope => WireKey.Of(scope, "cpu"u8)).ToList();
        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.Equal(keys[0], WireKey.Of(WireKey.Scope.Canonical, "cpu"u8));
        Assert.NotEqual(keys[0], WireKey.Of(WireKey.Scope.Canonical, "cpv"u8));
    }

    private static WireKey Key(int i) => WireKey.Of(WireKey.Scope.Json, BitConverter.GetBytes(i));
}

using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Core.Tests.Index;

public class TagIndexTests
{
    private readonly CancellationToken _cancelled = TestContext.Current.CancellationToken;
    private readonly TagIndex _index = new(new SymbolTable());

    [Fact]
    public void Rebuilds_a_series_with_as_many_tags_as_there_can_be()
    {
        foreach (var count in new[] { 0, 1, 64, 1024, 5000 })
        {
            var tags = Enumerable.Range(0, count).Select(static i => new Tag($"k{i:d5}", $"v{i}")).ToArray();
            var key = SeriesKey.FromSorted("default", "m", tags);
            Assert.Equal(key, _index.KeyOf(_index.Add(key)));
        }
    }

    [Fact]
    public void Keeps_the_tenant()
    {
        var key = SeriesKey.FromSorted("other", "m", [new Tag("k", "v")]);
        _index.Add(SeriesKey.Create("m", new Tag("k", "v")));
        Assert.Equal(key, _index.KeyOf(_index.Add(key)));
    }

    [Fact]
    public void An_ordinal_is_given_out_again_only_after_many_others_were_removed()
    {
        var first = _index.Add(SeriesKey.Create("m", new Tag("k", "first")));
        _index.Remove(first);
        Assert.False(_index.TryGetKey(first, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => _index.KeyOf(first));
        Assert.Throws<ArgumentOutOfRangeException>(() => _index.Remove(first));
        for (var i = 0; i < 10 * TagIndex.ReuseAfter; i++)
        {
            var ordinal = _index.Add(SeriesKey.Create("m", new Tag("k", $"{i}")));
            Assert.True(i >= TagIndex.ReuseAfter || ordinal != first);
            _index.Remove(ordinal);
        }

        Assert.InRange(_index.OrdinalBound, 1, TagIndex.ReuseAfter + 2);
        Assert.Equal(0, _index.Symbols.Count);
    }

    [Fact]
    public void Counts_the_series_of_a_metric()
    {
        _index.Add(SeriesKey.Create("a"));
        _index.Add(SeriesKey.Create("a", new Tag("k", "v")));
        var only = _index.Add(SeriesKey.Create("b"));
        Assert.True(_index.Symbols.TryGet("a", out var a));
        Assert.True(_index.Symbols.TryGet("b", out var b));
        Assert.Equal((3, 2, 1, 0), (_index.Count, _index.CountOfMetric(a), _index.CountOfMetric(b), _index.CountOfMetric(999)));
        Assert.Equal(b, _index.MetricOf(only));
    }

    [Fact]
    public void Listings_stop_at_their_limit()
    {
        for (var i = 0; i < 20; i++)
        {
            _index.Add(SeriesKey.Create($"m{i}", new Tag($"k{i}", "v"), new Tag("host", $"h{i}")));
        }

        foreach (var selector in new[] { CompiledSelector.All, Compile(null, TagMatcher.Has("host")) })
        {
            HashSet<int> metrics = [], keys = [], values = [];
            _index.ListMetrics(selector, metrics, 7, _cancelled);
            _index.ListTagKeys(selector, keys, 7, _cancelled);
            _index.ListTagValues("host", selector, values, 7, _cancelled);
            Assert.Equal((7, 7, 7), (metrics.Count, keys.Count, values.Count));
            _index.ListTagValues("nobody's", selector, values, cancellationToken: _cancelled);
            Assert.Equal(7, values.Count);
        }
    }

    [Fact]
    public void A_cancelled_selection_stops()
    {
        _index.Add(SeriesKey.Create("m", new Tag("k", "v")));
        Assert.Throws<OperationCanceledException>(() => _index.Select(Compile("m", TagMatcher.Regex("k", "[v]+")), [], new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Readers_meet_only_whole_series_that_match_while_others_come_and_go()
    {
        var symbols = new SymbolTable();
        var indexes = new[] { new TagIndex(symbols, reuseAfter: 4096), new TagIndex(symbols, reuseAfter: 4096) };
        var stays = Series(-1);
        var staying = Array.ConvertAll(indexes, index => index.Add(stays));
        using var done = new CancellationTokenSource();
        var readers = Task.WhenAll(Enumerable.Range(0, 2).Select(reader => Task.Run(
            () =>
            {
                var rounds = 0;
                do
                {
                    Read(indexes[rounds % 2], staying[rounds % 2]);
                    rounds++;
                }
                while (!done.IsCancellationRequested);
                return rounds;
            },
            TestContext.Current.CancellationToken)));
        Parallel.For(0, 2, writer =>
        {
            var live = new Queue<int>();
            for (var i = 0; i < 6000 && !readers.IsFaulted; i++)
            {
                live.Enqueue(indexes[writer].Add(Series(i)));
                if (live.Count > 300)
                {
                    indexes[writer].Remove(live.Dequeue());
                }
            }
        });
        await done.CancelAsync();
        Assert.All(await readers, static rounds => Assert.NotEqual(0, rounds));

        static SeriesKey Series(int i) => SeriesKey.Create(
            $"m{Math.Abs(i % 3)}", new Tag("n", $"{i}"), new Tag("twin", $"{i}"), new Tag("even", i % 2 == 0 ? "yes" : "no"));

        void Read(TagIndex index, int staying)
        {
            var selected = new List<int>();
            index.Select(Compile(null, TagMatcher.Equal("even", "no"), TagMatcher.Regex("n", "-?[0-9]+")), selected);
            Assert.Contains(staying, selected);
            Assert.Equal(selected.Order().Distinct(), selected);
            foreach (var ordinal in selected)
            {
                if (index.TryGetKey(ordinal, out var key))
                {
                    Assert.Equal(key.ValueOf("n"), key.ValueOf("twin"));
                    Assert.Equal("no", key.ValueOf("even"));
                }
            }

            var values = new HashSet<int>();
            index.ListTagValues("twin", CompiledSelector.All, values);
            Assert.All(symbols.InOrder(values), static v => Assert.InRange(int.Parse(v, System.Globalization.CultureInfo.InvariantCulture), -1, 6000));
        }
    }

    private static CompiledSelector Compile(string? metric, params TagMatcher[] matchers)
    {
        Assert.True(CompiledSelector.TryCompile(new SeriesSelector(metric, matchers), out var selector, out var problem), problem.Reason);
        return selector;
    }
}

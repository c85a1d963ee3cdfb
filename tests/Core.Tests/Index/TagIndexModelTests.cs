using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Core.Tests.Index;

public class TagIndexModelTests
{
    [Property(MaxTest = 150)]
    public Property Selects_what_the_model_selects_while_series_come_and_go() => Prop.ForAll(
        Gen.ArrayOf(Gen.Zip(Generators.Series, Gen.Choose(0, 3)), 120).ToArbitrary(),
        Gen.ArrayOf(Generators.Selector, 40).ToArbitrary(),
        (steps, selectors) =>
        {
            var symbols = new SymbolTable();
            var index = new TagIndex(symbols, reuseAfter: 2);
            var model = new Dictionary<SeriesKey, int>();
            var half = steps.Length / 2;
            Apply(steps.AsSpan(0, half), index, model);
            CheckAll(selectors, index, model);
            Apply(steps.AsSpan(half), index, model);
            CheckAll(selectors, index, model);
            foreach (var ordinal in model.Values.ToArray())
            {
                index.Remove(ordinal);
            }

            Assert.Equal(0, index.Count);
            Assert.Equal(0, symbols.Count);
        });

    [Property(MaxTest = 100)]
    public Property A_pattern_tried_on_all_values_first_selects_the_same() => Prop.ForAll(
        Gen.ArrayOf(Generators.Series, 30).ToArbitrary(),
        Gen.ArrayOf(Generators.Selector, 20).ToArbitrary(),
        (series, selectors) =>
        {
            // Many series of few values: enough for the values to be worth trying first.
            var index = new TagIndex(new SymbolTable());
            var model = new Dictionary<SeriesKey, int>();
            foreach (var key in series)
            {
                for (var i = 0; i < 8; i++)
                {
                    var more = SeriesKey.Create(key.Metric, [.. key.Tags, new Tag("copy", $"{i}")]);
                    if (!model.ContainsKey(more))
                    {
                        model.Add(more, index.Add(more));
                    }
                }
            }

            CheckAll(selectors, index, model);
        });

    private static void Apply(ReadOnlySpan<(SeriesKey Key, int Dice)> steps, TagIndex index, Dictionary<SeriesKey, int> model)
    {
        foreach (var (key, dice) in steps)
        {
            if (model.TryGetValue(key, out var ordinal))
            {
                index.Remove(ordinal);
                model.Remove(key);
            }
            else if (dice == 0 && model.Count > 0)
            {
                var victim = model.Keys.First();
                index.Remove(model[victim]);
                model.Remove(victim);
            }
            else
            {
                model.Add(key, index.Add(key));
            }
        }

        Assert.Equal(model.Count, index.Count);
        foreach (var (key, ordinal) in model)
        {
            Assert.Equal(key, index.KeyOf(ordinal));
            Assert.Equal(key.Id, index.KeyOf(ordinal).Id);
        }
    }

    private static void CheckAll(SeriesSelector[] selectors, TagIndex index, Dictionary<SeriesKey, int> model)
    {
        foreach (var selector in selectors)
        {
            Check(selector, index, model);
        }
    }

    private static void Check(SeriesSelector selector, TagIndex index, Dictionary<SeriesKey, int> model)
    {
        Assert.True(CompiledSelector.TryCompile(selector, out var compiled, out var problem), problem.Reason);
        var matching = model.Where(s => SelectorModel.Matches(selector, s.Key)).ToArray();
        var text = $"{selector.Metric ?? "any"} {string.Join(" & ", selector.Matchers.Select(m => $"{m.Key} {m.Kind} [{string.Join("; ", m.Values)}]"))}";

        var selected = new List<int> { -7 };
        index.Select(compiled, selected);
        Assert.True(selected.SequenceEqual([-7, .. matching.Select(s => s.Value).Order()]), text);

        var metrics = new HashSet<int>();
        index.ListMetrics(compiled, metrics);
        Assert.Equal(Sorted(matching.Select(s => s.Key.Metric)), index.Symbols.InOrder(metrics));

        var keys = new HashSet<int>();
        index.ListTagKeys(compiled, keys);
        Assert.Equal(Sorted(matching.SelectMany(s => s.Key.Tags).Select(t => t.Key)), index.Symbols.InOrder(keys));

        var values = new HashSet<int>();
        index.ListTagValues("host", compiled, values);
        Assert.Equal(Sorted(matching.Select(s => s.Key.ValueOf("host")).OfType<string>()), index.Symbols.InOrder(values));

        if (index.Symbols.TryGet("host", out var host))
        {
            var hosts = new int[matching.Length];
            index.SymbolsOf(Array.ConvertAll(matching, static s => s.Value), host, hosts);
            Assert.Equal(matching.Select(s => s.Key.ValueOf("host")), hosts.Select(v => v == 0 ? null : index.Symbols[v]));
            Assert.All(matching, s => Assert.Equal(hosts[Array.IndexOf(matching, s)], index.SymbolOf(s.Value, host)));
        }
    }

    private static List<string> Sorted(IEnumerable<string> texts) => [.. texts.Distinct().Order(StringComparer.Ordinal)];
}

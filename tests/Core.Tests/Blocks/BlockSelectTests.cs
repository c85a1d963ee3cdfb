using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Blocks;
using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Tests.Index;

namespace Metrics.Core.Tests.Blocks;

public class BlockSelectTests
{
    [Property(MaxTest = 200)]
    public Property Selects_what_the_index_in_memory_and_the_model_select() => Prop.ForAll(
        Gen.NonEmptyListOf(Generators.Series).ToArbitrary(),
        Gen.ArrayOf(Generators.Selector, 40).ToArbitrary(),
        (series, selectors) => CheckAsync(series, selectors).GetAwaiter().GetResult());

    [Fact]
    public async Task An_expression_is_asked_about_each_value_of_many_series()
    {
        var model = SmallBlocks.Hosts(metrics: 3, hosts: 700);
        var reader = await model.Write().OpenAsync();
        var rows = new List<int>();
        reader.Select(Compile(new("cpu.1", [TagMatcher.Regex("host", "host_[0-9]*7"), TagMatcher.NotEqual("region", "r1")])), rows);
        Assert.Equal(
            model.Series.Select(static (s, row) => (s.Key, Row: row))
                .Where(static s => s.Key.Metric == "cpu.1" && s.Key.ValueOf("host")!.EndsWith('7') && s.Key.ValueOf("region") != "r1").Select(static s => s.Row),
            rows);
        Assert.NotEmpty(rows);
    }

    private static async Task CheckAsync(IEnumerable<SeriesKey> series, SeriesSelector[] selectors)
    {
        var model = BlockModel.Of(series.Select(static key => (key, new[] { SmallBlocks.Chunk() })));
        var reader = await model.Write().OpenAsync();
        var index = new TagIndex(new SymbolTable());
        var ordinals = model.Series.ToDictionary(s => index.Add(s.Key), static s => s.Key);
        foreach (var selector in selectors)
        {
            var compiled = Compile(selector);
            var rows = new List<int> { -7 };
            reader.Select(compiled, rows);
            var matching = model.Series.Select(static (s, row) => (s.Key, Row: row)).Where(s => SelectorModel.Matches(selector, s.Key)).Select(static s => s.Row);
            Assert.Equal([-7, .. matching], rows);

            // The same compiled selector, bound to the process' symbols or not, answers for both.
            var selected = new List<int>();
            index.Select(compiled, selected);
            Assert.Equal(selected.Select(o => ordinals[o].Id).Order(Comparer<SeriesId>.Create(static (a, b) => a.Value.CompareTo(b.Value))),
                rows.Skip(1).Select(reader.IdOf).Order(Comparer<SeriesId>.Create(static (a, b) => a.Value.CompareTo(b.Value))));
        }
    }

    private static CompiledSelector Compile(SeriesSelector selector)
    {
        Assert.True(CompiledSelector.TryCompile(selector, out var compiled, out var problem), problem.Reason);
        return compiled;
    }
}

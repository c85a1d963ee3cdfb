using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Core.Tests.Index;

public class CompiledSelectorTests
{
    public static TheoryData<string, string> BadPatterns => new()
    {
        { "(", "is not a regular expression" },
        { "a)|(b", "is not a regular expression" },
        { "[z-a]", "is not a regular expression" },
        { ".*+", "is not a regular expression" },
        { @"(a)\1", "cannot be run without backtracking" },
        { "(?=a)b.", "cannot be run without backtracking" },
        { "(?<!a)b.", "cannot be run without backtracking" },
        { "(?>a+)b", "cannot be run without backtracking" },
        { "(a{1000}){1000}", "cannot be run without backtracking" },
        { "((a{1,1000}){1,1000}){1,1000}", "cannot be run without backtracking" },
        { new string('a', 1025), "has an expression of 1025 characters; at most 1024 are allowed" },
    };

    [Theory]
    [MemberData(nameof(BadPatterns))]
    public void A_pattern_that_cannot_be_run_is_refused_by_the_name_of_its_tag(string pattern, string reason)
    {
        foreach (var matcher in new[] { TagMatcher.Regex("region", pattern), TagMatcher.NotRegex("region", pattern) })
        {
            Assert.False(CompiledSelector.TryCompile(new SeriesSelector(null, [TagMatcher.Has("host"), matcher]), out var compiled, out var problem));
            Assert.Null(compiled);
            Assert.Equal("tags.region", problem.Field);
            Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_pattern_that_backtracks_for_ever_elsewhere_ends_here()
    {
        var index = new TagIndex(new SymbolTable());
        var evil = index.Add(SeriesKey.Create("m", new Tag("k", new string('a', 1000) + "!")));
        var good = index.Add(SeriesKey.Create("m", new Tag("k", new string('a', 1000))));
        Assert.Equal([good], Select(index, TagMatcher.Regex("k", "(a+)+")));
        Assert.Equal([evil], Select(index, TagMatcher.NotRegex("k", "(a|aa)+")));
    }

    [Fact]
    public void A_pattern_of_the_longest_length_is_taken() =>
        Assert.True(CompiledSelector.TryCompile(new(null, [TagMatcher.Regex("k", new string('a', 1023) + "?")]), out _, out _));

    [Theory]
    [InlineData(MatchKind.Equal, 0)]
    [InlineData(MatchKind.NotEqual, 2)]
    [InlineData(MatchKind.Regex, 0)]
    [InlineData(MatchKind.In, 0)]
    [InlineData(MatchKind.In, CompiledSelector.MaxValues + 1)]
    [InlineData(MatchKind.Has, 1)]
    [InlineData((MatchKind)99, 1)]
    public void A_wrong_number_of_values_or_an_unknown_kind_is_refused(MatchKind kind, int values)
    {
        var matcher = new TagMatcher("k", kind, [.. Enumerable.Range(0, values).Select(static v => $"{v}")]);
        Assert.False(CompiledSelector.TryCompile(new(null, [matcher]), out _, out var problem));
        Assert.Equal("tags.k", problem.Field);
    }

    [Fact]
    public void An_empty_key_and_too_many_conditions_are_refused()
    {
        Assert.False(CompiledSelector.TryCompile(new(null, [TagMatcher.Has("")]), out _, out var problem));
        Assert.Equal(new("tags", "has an empty key"), problem);
        Assert.False(CompiledSelector.TryCompile(new(null, [.. Enumerable.Repeat(TagMatcher.Has("k"), 65)]), out _, out problem));
        Assert.Equal(new("tags", "has 65 conditions; at most 64 are allowed"), problem);
    }

    [Fact]
    public void A_selector_is_refused_by_an_index_with_another_symbol_table()
    {
        Assert.True(CompiledSelector.TryCompile(new("m", []), out var selector, out _));
        var cancelled = TestContext.Current.CancellationToken;
        new TagIndex(new SymbolTable()).Select(selector, [], cancelled);
        Assert.Throws<InvalidOperationException>(() => new TagIndex(new SymbolTable()).Select(selector, [], cancelled));
    }

    [Theory]
    [InlineData("a|b", true, "a,b")]
    [InlineData("(GET|PUT)", true, "GET,PUT")]
    [InlineData("(?:GET|PUT|)", true, "GET,PUT,")]
    [InlineData(@"10\.0\.0\.1", true, "10.0.0.1")]
    [InlineData("", true, "")]
    [InlineData("(a)(b)", false, "")]
    [InlineData(@"a\d", false, "")]
    [InlineData("a.c", false, "")]
    [InlineData(@"(a\)", false, "")]
    [InlineData(@"a\", false, "")]
    public void Reads_lists_of_plain_texts(string pattern, bool expected, string literals)
    {
        Assert.Equal(expected, LiteralAlternatives.TryRead(pattern, out var found));
        Assert.Equal(expected ? literals.Split(',') : [], found);
    }

    [Theory]
    [InlineData("abc.*", true)]
    [InlineData(".*abc", true)]
    [InlineData(".*abc.*", true)]
    [InlineData(@"abc\.*", false)]
    [InlineData("a|b.*", false)]
    [InlineData("a[bc].*", false)]
    public void Compares_text_where_that_is_enough(string pattern, bool isText) => Assert.Equal(isText, ValuePattern.Parse(pattern).IsText);

    private static List<int> Select(TagIndex index, params TagMatcher[] matchers)
    {
        Assert.True(CompiledSelector.TryCompile(new SeriesSelector(null, matchers), out var selector, out var problem), problem.Reason);
        var result = new List<int>();
        index.Select(selector, result, TestContext.Current.CancellationToken);
        return result;
    }
}

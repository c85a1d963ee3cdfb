using Metrics.Gateway.Query;

namespace Metrics.Gateway.Tests.Query;

public class SuggestionTests
{
    private static readonly string[] Known = ["metric", "aggregation", "interval", "to"];

    [Theory]
    [InlineData("agregation", "aggregation")]
    [InlineData("Metric", "metric")]
    [InlineData("intreval", "interval")]
    [InlineData("metrics", "metric")]
    public void Names_the_nearest_known_name(string given, string meant) =>
        Assert.Equal($" (did you mean {meant}?)", Suggestion.DidYouMean(given, Known));

    [Theory]
    [InlineData("colour")]
    [InlineData("")]
    public void Says_nothing_when_nothing_is_near(string given) => Assert.Equal("", Suggestion.DidYouMean(given, Known));

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Counts_edits(string a, string b, int expected)
    {
        Assert.Equal(expected, Suggestion.Distance(a, b));
        Assert.Equal(expected, Suggestion.Distance(b, a));
    }

    [Fact]
    public void Cuts_absurd_names_short() => Assert.Equal(41, Suggestion.Shorten(new string('x', 100_000)).Length);
}

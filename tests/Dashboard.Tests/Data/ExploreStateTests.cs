using FsCheck.Xunit;
using Metrics.Dashboard.Data;
using Metrics.Dashboard.Explore;

namespace Metrics.Dashboard.Tests.Data;

public sealed class ExploreStateTests
{
    [Property(MaxTest = 500)]
    public bool Any_state_survives_its_address(
        FsCheck.NonEmptyString metric, (FsCheck.NonEmptyString Key, byte Operator, string? Value)[] filters, FsCheck.NonEmptyString[] by, bool points, ushort minutes, ushort interval)
    {
        // Half a surrogate pair cannot be written in an address; the model refuses it too.
        static string Clean(string text) => string.Concat(text.EnumerateRunes().Where(rune => rune.Value != 0xFFFD)).Replace("\0", "") is { Length: > 0 } ok ? ok : "x";
        var state = new ExploreState(
            Clean(metric.Get),
            "p99.9",
            [.. filters.Select(f => new TagFilter(Clean(f.Key.Get), TagFilter.Operators[f.Operator % 4], f.Value is null ? "" : Clean(f.Value)))],
            [.. by.Select(key => Clean(key.Get)).Distinct()],
            TimeRange.Relative(TimeSpan.FromMinutes(minutes + 1)),
            interval == 0 ? null : TimeSpan.FromSeconds(interval),
            points);

        var read = ExploreState.Parse("http://localhost" + state.ToUri(), out var problems);

        return problems.Count == 0
            && read.Metric == state.Metric
            && read.Aggregation == state.Aggregation
            && read.Filters.SequenceEqual(state.Filters)
            && read.GroupBy.SequenceEqual(state.GroupBy)
            && read.Range == state.Range
            && read.Interval == state.Interval
            && read.ShowPoints == state.ShowPoints;
    }

    [Fact]
    public void A_fixed_range_survives_its_address()
    {
        var from = new DateTimeOffset(2026, 2, 22, 12, 0, 1, TimeSpan.Zero);
        var state = ExploreState.Empty with { Metric = "a", Range = TimeRange.Absolute(from, from.AddHours(3)) };

        Assert.Equal(state.Range, ExploreState.Parse(state.ToUri(), out _).Range);
    }

    [Theory]
    [InlineData("mode=user", "mode", "=", "user")]
    [InlineData("mode!=user", "mode", "!=", "user")]
    [InlineData("mode=~us.*", "mode", "=~", "us.*")]
    [InlineData("mode!~us.*", "mode", "!~", "us.*")]
    [InlineData("mode=", "mode", "=", "")]
    [InlineData("mode=%7Euser", "mode", "=", "~user")]
    [InlineData("a%3Db=c", "a=b", "=", "c")]
    public void Reads_a_filter(string text, string key, string symbol, string value) =>
        Assert.Equal(new TagFilter(key, symbol, value), TagFilter.Decode(text));

    [Theory]
    [InlineData("")]
    [InlineData("mode")]
    [InlineData("=user")]
    [InlineData("mode!user")]
    public void Refuses_what_is_no_filter(string text) => Assert.Null(TagFilter.Decode(text));
}

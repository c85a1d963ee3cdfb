using Metrics.Core.Query;
using Metrics.Grains.Query;
using Metrics.Grains.Tests.Support;

namespace Metrics.Grains.Tests.Query;

public sealed class QueryDeadlineTests
{
    private static readonly QueryOptions Options = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly ClockTime _time = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public void It_ends_a_query_that_has_had_its_time_and_names_the_limit()
    {
        using var deadline = new QueryDeadline(Options, _time, CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(deadline.Token.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(deadline.Token.IsCancellationRequested);
        Assert.True(deadline.IsOver);
        Assert.Equal("Metrics:Query:Timeout", deadline.ToException().Limit);
        Assert.Contains("2 s", deadline.ToException().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_ends_it_too_and_is_not_told_of_a_limit()
    {
        using var caller = new CancellationTokenSource();
        using var deadline = new QueryDeadline(Options, _time, caller.Token);

        await caller.CancelAsync();

        Assert.True(deadline.Token.IsCancellationRequested);
        Assert.False(deadline.IsOver);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10_001)]
    public void A_number_of_places_out_of_range_is_refused_by_name(int places)
    {
        var validator = new QueryOptionsValidator();
        var failure = Assert.Single(validator.Validate(null, new QueryOptions { MaxConcurrentPerSilo = places }).Failures!);

        Assert.True(validator.Validate(null, new QueryOptions()).Succeeded);
        Assert.Contains($"Metrics:Query:MaxConcurrentPerSilo is {places}; set it", failure, StringComparison.Ordinal);
    }
}

using Metrics.Core.Diagnostics;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Query.Evaluation;
using Metrics.Grains.Interfaces.Query;
using Metrics.Grains.Placement;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Metrics.Grains.Query;

/// <summary>Asks each silo once, this one without a call, and merges what they say.</summary>
[StatelessWorker]
[Reentrant]
internal sealed class QueryGrain(
    SiloQueries local,
    ShardOwnership ownership,
    ILocalSiloDetails silo,
    EngineInstruments instruments,
    IOptions<QueryOptions> options,
    TimeProvider time) : Grain, IQueryGrain
{
    public async ValueTask<QueryResult> Execute(QueryPlan plan)
    {
        var startedAt = time.GetTimestamp();
        try
        {
            return await ExecuteAsync(plan);
        }
        finally
        {
            instruments.RecordQuery(time.GetElapsedTime(startedAt));
        }
    }

    public async ValueTask<IReadOnlyList<string>> ListMetrics(SeriesSelector selector, int limit) =>
        await ListAsync(limit, q => q.ListMetrics(selector, limit), g => g.ListMetrics(selector, limit));

    public async ValueTask<IReadOnlyList<string>> ListTagKeys(SeriesSelector selector, int limit) =>
        await ListAsync(limit, q => q.ListTagKeys(selector, limit), g => g.ListTagKeys(selector, limit));

    public async ValueTask<IReadOnlyList<string>> ListTagValues(string tagKey, SeriesSelector selector, int limit) =>
        await ListAsync(limit, q => q.ListTagValues(tagKey, selector, limit), g => g.ListTagValues(tagKey, selector, limit));

    public async ValueTask<IReadOnlyList<SeriesKey>> FindSeries(SeriesSelector selector, int limit)
    {
        var answers = await AskAsync(
            [], q => Task.Run(() => q.FindSeries(selector, limit)), (g, _) => g.FindSeries(selector, limit).AsTask(), new(options.Value, time));
        return SeriesKeyOrder.Smallest(answers.SelectMany(static a => a).DistinctBy(static k => k.Id), limit);
    }

    private async ValueTask<QueryResult> ExecuteAsync(QueryPlan plan)
    {
        var warnings = new List<string>();
        var deadline = new QueryDeadline(options.Value, time);
        if (plan.Aggregation.Kind != AggregationKind.Quantile || plan.IntervalMs is null)
        {
            return (await EvaluateAsync(plan, warnings, deadline)).Finish(warnings);
        }

        var samples = await AskAsync(warnings, q => Task.FromResult(q.EstimateSamples(plan)), (g, _) => g.EstimateSamples(plan).AsTask(), deadline);
        var slices = QuerySlices.Of(plan, samples.Sum());
        var parts = new List<QueryResult>(slices.Count);
        foreach (var slice in slices)
        {
            parts.Add((await EvaluateAsync(slice, warnings, deadline)).Finish([]));
        }

        return QuerySlices.Join(plan, parts, [.. warnings.Distinct()]);
    }

    private async Task<GroupSet> EvaluateAsync(QueryPlan plan, List<string> warnings, QueryDeadline deadline)
    {
        var sets = await AskAsync(
            warnings,
            q => Task.Run(() => q.EvaluateAsync(plan)),
            async (grain, _) =>
            {
                var set = new GroupSet(plan);
                set.Merge((await grain.Evaluate(plan)).Value);
                return set;
            },
            deadline);
        if (sets.Count == 0)
        {
            return new GroupSet(plan);
        }

        for (var i = 1; i < sets.Count; i++)
        {
            sets[0].Merge(sets[i]);
        }

        return sets[0];
    }

    private async Task<IReadOnlyList<string>> ListAsync(
        int limit, Func<SiloQueries, List<string>> here, Func<ISiloQueryGrain, ValueTask<List<string>>> there)
    {
        var answers = await AskAsync([], q => Task.Run(() => here(q)), (g, _) => there(g).AsTask(), new(options.Value, time));
        return answers.Count == 1
            ? answers[0]
            : [.. answers.SelectMany(static a => a).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(limit)];
    }

    /// <summary>
    /// One question to every active silo. A silo that does not answer is named in a warning; when none does, its failure is
    /// the answer. A limit that was hit anywhere ends the query.
    /// </summary>
    private async Task<List<T>> AskAsync<T>(
        List<string> warnings, Func<SiloQueries, Task<T>> here, Func<ISiloQueryGrain, SiloAddress, Task<T>> there, QueryDeadline deadline)
    {
        deadline.Check();
        var silos = ownership.Map.Silos;
        var questions = silos
            .Select(s => s.Equals(silo.SiloAddress) ? here(local) : there(GrainFactory.GetGrain<ISiloQueryGrain>(s.ToParsableString()), s))
            .ToList();
        var answers = new List<T>(questions.Count);
        Exception? failure = null;
        for (var i = 0; i < questions.Count; i++)
        {
            try
            {
                answers.Add(await questions[i]);
            }
            catch (Exception e) when (e is OrleansException or TimeoutException)
            {
                failure = e;
                warnings.Add($"Silo {silos[i]} did not answer; its series are missing.");
            }
        }

        return answers.Count == 0 && failure is not null ? throw failure : answers;
    }
}

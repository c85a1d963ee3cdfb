using System.Runtime.ExceptionServices;
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
    public async ValueTask<QueryResult> Execute(QueryPlan plan, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        using var deadline = new QueryDeadline(options.Value, time, cancellationToken);
        try
        {
            return await ExecuteAsync(plan, deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            throw deadline.ToException();
        }
        finally
        {
            instruments.RecordQuery(time.GetElapsedTime(startedAt));
        }
    }

    public async ValueTask<IReadOnlyList<string>> ListMetrics(SeriesSelector selector, int limit) =>
        await ListAsync(limit, q => q.ListMetricsAsync(selector, limit), g => g.ListMetrics(selector, limit));

    public async ValueTask<IReadOnlyList<string>> ListTagKeys(SeriesSelector selector, int limit) =>
        await ListAsync(limit, q => q.ListTagKeysAsync(selector, limit), g => g.ListTagKeys(selector, limit));

    public async ValueTask<IReadOnlyList<string>> ListTagValues(string tagKey, SeriesSelector selector, int limit) =>
        await ListAsync(limit, q => q.ListTagValuesAsync(tagKey, selector, limit), g => g.ListTagValues(tagKey, selector, limit));

    public async ValueTask<IReadOnlyList<SeriesKey>> FindSeries(SeriesSelector selector, int limit)
    {
        var answers = await AskAsync([], q => q.FindSeriesAsync(selector, limit), g => g.FindSeries(selector, limit).AsTask());
        return answers.Count == 1
            ? answers[0]
            : SeriesKeyOrder.Smallest(answers.SelectMany(static a => a).DistinctBy(static k => k.Id), limit);
    }

    private async Task<QueryResult> ExecuteAsync(QueryPlan plan, CancellationToken cancellation)
    {
        var warnings = new List<string>();
        if (plan.Aggregation.Kind != AggregationKind.Quantile || plan.IntervalMs is null)
        {
            var set = await EvaluateAsync(plan, warnings, cancellation);
            return Marked(set.Finish(warnings), warnings);
        }

        var samples = await AskAsync(
            warnings, q => Task.Run(() => q.EstimateSamples(plan), cancellation), g => g.EstimateSamples(plan, cancellation).AsTask());
        var slices = QuerySlices.Of(plan, samples.Sum());
        var parts = new List<QueryResult>(slices.Count);
        var points = 0L;
        foreach (var slice in slices)
        {
            var part = (await EvaluateAsync(slice, warnings, cancellation)).Finish([]);
            parts.Add(part);

            // Each slice is within the limit; what they come to has to be as well.
            points += part.Groups.Sum(static g => (long)g.Values.Length);
            if (points > options.Value.MaxPoints)
            {
                throw new QueryLimitException(
                    $"{QueryOptions.Section}:MaxPoints",
                    $"the answer has more than the {options.Value.MaxPoints} points that it may have; ask for a longer interval, a shorter range or fewer groups");
            }
        }

        return Marked(QuerySlices.Join(plan, parts, [.. warnings.Distinct()]), warnings);
    }

    /// <summary>A silo that did not answer leaves the answer partial too.</summary>
    private static QueryResult Marked(QueryResult result, List<string> silent) => silent.Count == 0 ? result : result with { Partial = true };

    private async Task<GroupSet> EvaluateAsync(QueryPlan plan, List<string> warnings, CancellationToken cancellation)
    {
        var sets = await AskAsync(
            warnings,
            q => q.EvaluateAsync(plan, static set => set, cancellation),
            async grain =>
            {
                var set = new GroupSet(plan);
                set.Merge((await grain.Evaluate(plan, cancellation)).Value);
                return set;
            });
        cancellation.ThrowIfCancellationRequested();
        for (var i = 1; i < sets.Count; i++)
        {
            sets[0].Merge(sets[i]);
        }

        return sets[0];
    }

    private async Task<IReadOnlyList<string>> ListAsync(
        int limit, Func<SiloQueries, Task<List<string>>> here, Func<ISiloQueryGrain, ValueTask<List<string>>> there)
    {
        var answers = await AskAsync([], here, g => there(g).AsTask());

        // A list by name: what a collection expression makes for the interface has no serializer.
        return answers.Count == 1
            ? answers[0]
            : answers.SelectMany(static a => a).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(limit).ToList();
    }

    /// <summary>
    /// One question to every active silo. A silo that does not answer is named in a warning; when none does, its failure is
    /// the answer. A limit that was hit anywhere ends the query.
    /// </summary>
    /// <returns>At least one answer.</returns>
    private async Task<List<T>> AskAsync<T>(List<string> warnings, Func<SiloQueries, Task<T>> here, Func<ISiloQueryGrain, Task<T>> there)
    {
        var silos = ownership.Map.Silos;
        if (silos.Count == 0)
        {
            throw new SiloUnavailableException("No silo is active yet that could answer.");
        }

        var questions = silos
            .Select(s => s.Equals(silo.SiloAddress) ? here(local) : there(GrainFactory.GetGrain<ISiloQueryGrain>(s.ToParsableString())))
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

        if (answers.Count == 0)
        {
            ExceptionDispatchInfo.Throw(failure!);
        }

        return answers;
    }
}

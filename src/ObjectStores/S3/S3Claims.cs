using System.Collections.Concurrent;
using Metrics.Core.ObjectStorage;
using Microsoft.Extensions.Logging;

namespace Metrics.ObjectStores.S3;

/// <summary>
/// Lets one writer a time write a name, on a store that only writes, reads and lists: each puts a claim and then lists. Who sees no other claim
/// may write; two cannot both see none, since the later of the two listings comes after both claims. Docs: decision 0011.
/// </summary>
internal sealed class S3Claims(S3Marks marks, TimeProvider time, ILogger logger)
{
    /// <summary>A claim that others have seen for so long is nobody's any more.</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromSeconds(60);

    /// <summary>No request of a writer is begun or waited for after this age of its claim; the rest is for requests that are still on their way.</summary>
    private static readonly TimeSpan HoldLimit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan ContendLimit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMilliseconds(800);

    private readonly ConcurrentDictionary<string, long> _firstSeen = new();

    /// <summary>Runs a check and a write while nobody else's runs.</summary>
    /// <param name="name">The object.</param>
    /// <param name="write">Its token is cancelled when the claim gets old.</param>
    /// <param name="limit">Of the whole operation.</param>
    public async Task<T> Run<T>(string name, Func<CancellationToken, Task<T>> write, CancellationToken limit)
    {
        var (claim, began) = await Take(name, limit);
        using var hold = new CancellationTokenSource(Remaining(began), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(hold.Token, limit);
        var isOver = true;
        try
        {
            return await write(either.Token);
        }
        catch (Exception error) when (!IsOver(error))
        {
            // The request may still arrive. The claim stays, so that nobody writes before it has expired.
            isOver = false;
            throw;
        }
        finally
        {
            if (isOver)
            {
                await Withdraw(claim);
            }
        }
    }

    private static bool IsOver(Exception error) => error switch
    {
        ObjectStoreException => true,
        Amazon.Runtime.AmazonServiceException failed => (int)failed.StatusCode != 0 || IsOver(failed.InnerException!),
        HttpRequestException failed => failed.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError,
        _ => false,
    };

    private async Task<(string Claim, long Began)> Take(string name, CancellationToken limit)
    {
        var all = marks.ClaimsOn(name);
        for (var attempt = 0; ; attempt++)
        {
            var claim = all + Guid.NewGuid().ToString("N");
            var began = time.GetTimestamp();
            try
            {
                await marks.Put(claim, name, limit);
                if (await IsAlone(all, claim, began, limit))
                {
                    return (claim, began);
                }
            }
            catch
            {
                await Withdraw(claim);
                throw;
            }

            await Withdraw(claim);
            var pause = Poll * (1 << Math.Min(attempt, 5));
            await Task.Delay((pause < LongestBackOff ? pause : LongestBackOff) * (0.5 + Random.Shared.NextDouble()), time, limit);
        }
    }

    /// <summary>Of several claims the first by name stays and waits for the others to be withdrawn, so that somebody gets on.</summary>
    private async Task<bool> IsAlone(string all, string claim, long began, CancellationToken limit)
    {
        while (time.GetElapsedTime(began) < ContendLimit)
        {
            var others = await Others(all, claim, limit);
            if (others.Count == 0)
            {
                return Remaining(began) > TimeSpan.Zero;
            }

            if (others.Exists(other => string.CompareOrdinal(other, claim) < 0))
            {
                return false;
            }

            await Task.Delay(Poll, time, limit);
        }

        return false;
    }

    private async Task<List<string>> Others(string all, string own, CancellationToken limit)
    {
        var listed = await marks.List(all, limit);
        foreach (var gone in _firstSeen.Keys.Where(k => k.StartsWith(all, StringComparison.Ordinal) && !listed.Contains(k)))
        {
            _firstSeen.TryRemove(gone, out _);
        }

        var others = new List<string>();
        foreach (var other in listed.Where(k => k != own))
        {
            // Ages are measured from when this process saw it first: no clock but its own counts.
            if (time.GetElapsedTime(_firstSeen.GetOrAdd(other, static (_, t) => t.GetTimestamp(), time)) < Expiry)
            {
                others.Add(other);
                continue;
            }

            S3Log.Expired(logger, other);
            await marks.Delete(other, limit);
            _firstSeen.TryRemove(other, out _);
        }

        return others;
    }

    private async Task Withdraw(string claim)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        try
        {
            await marks.Delete(claim, limit.Token);
        }
        catch (Exception error) when (S3Errors.Translate(error, "") is not null)
        {
            S3Log.NotWithdrawn(logger, claim, error);
        }
    }

    private TimeSpan Remaining(long began)
    {
        var left = HoldLimit - time.GetElapsedTime(began);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}

using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Durability;

public class KillTests
{
    private const int Rounds = 20;

    [Fact]
    public async Task Everything_that_was_answered_for_survives_twenty_kills_and_is_there_once()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var nowMs = Clock.NowMs;
        var senders = new List<LoadSender>();
        await using var silo = new SiloProcess(settings: "--Metrics:SelfMonitoring:Enabled=false");
        for (var round = 0; round < Rounds; round++)
        {
            await silo.Start();
            await LoadCheck.NothingIsLost(silo, senders, nowMs);
            foreach (var sender in senders)
            {
                await sender.Repeat();
            }

            var started = Enumerable.Range(0, 5)
                .Select(i => new LoadSender(silo, $"round-{round}-{i}", remoteWrite: i % 2 == 1, nowMs, seed: random.Next()))
                .ToList();
            await LoadAndKill(silo, started, afterAnswers: random.Next(1, 150));
            senders.AddRange(started);

            if (round % 5 == 4)
            {
                // Killed at whatever it is doing when it starts to answer: most likely its replay.
                silo.Launch();
                await Eventually.True(async () => await silo.Answers("/-/healthy"));
                await silo.Kill();
            }
        }

        await silo.Start();
        await LoadCheck.NothingIsLost(silo, senders, nowMs);
        foreach (var sender in senders)
        {
            await sender.Repeat();
        }

        await LoadCheck.EverythingIsThereOnce(silo, senders, nowMs);
        Assert.All(senders.GroupBy(static s => s.Tag.Split('-')[1]), static round => Assert.Contains(round, static s => s.Requests > 0));
    }

    private static async Task LoadAndKill(SiloProcess silo, List<LoadSender> senders, int afterAnswers)
    {
        var enough = new TaskCompletionSource();
        var answers = 0;
        var running = senders.ConvertAll(sender => sender.Run(() =>
        {
            if (Interlocked.Increment(ref answers) >= afterAnswers)
            {
                enough.TrySetResult();
            }
        }));
        await Task.WhenAny(enough.Task, Task.WhenAll(running)).WaitAsync(SiloProcess.Deadline);
        Assert.True(enough.Task.IsCompleted, "The senders stopped before the server was killed.");
        await silo.Kill();
        await Task.WhenAll(running);
    }
}

using System.Net;
using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Durability;

/// <summary>
/// One client with a series of its own, which sends new, late, repeated and corrected points, one request after the other, and
/// knows what must be there afterwards.
/// </summary>
internal sealed class LoadSender(SiloProcess silo, string tag, bool remoteWrite, long nowMs, int seed)
{
    public const string Metric = "load";
    public const string Key = "sender";
    private const int LateByMs = 2 * 60 * 60 * 1000;

    private readonly Random _random = new(seed);
    private readonly Dictionary<long, double> _taken = [];
    private List<Point> _unanswered = [];
    private int _sent;

    /// <summary>The oldest and newest timestamps that senders of this time use.</summary>
    public static (long From, long To) Range(long nowMs) => (nowMs - (3 * 60 * 60 * 1000), nowMs + (60 * 60 * 1000));

    public string Tag => tag;

    public int Requests { get; private set; }

    /// <summary>Points with different timestamps that were answered for.</summary>
    public int Count => _taken.Count;

    public double Sum => _taken.Values.Sum();

    /// <summary>Further points that may be there, since their request was not answered.</summary>
    public int Undecided => _unanswered.Select(static p => p.TimestampMs).Distinct().Count(t => !_taken.ContainsKey(t));

    /// <summary>Sends until the server is gone or does not take any more.</summary>
    public async Task Run(Action onAnswer)
    {
        while (true)
        {
            _unanswered = Next();
            try
            {
                if (!await Send())
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Killed: whether the last request was taken, nobody knows.
                return;
            }

            onAnswer();
        }
    }

    /// <summary>Sends what was not answered once more, as a client does.</summary>
    public async Task Repeat()
    {
        if (_unanswered.Count != 0)
        {
            Assert.True(await Send(), $"{tag} was refused");
        }
    }

    private async Task<bool> Send()
    {
        using var response = remoteWrite ? await silo.PostRemoteWrite(_unanswered) : await silo.PostJson(_unanswered);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            return false;
        }

        Assert.Equal(remoteWrite ? HttpStatusCode.NoContent : HttpStatusCode.Accepted, response.StatusCode);
        foreach (var point in _unanswered)
        {
            _taken[point.TimestampMs] = point.Value;
        }

        _unanswered = [];
        Requests++;
        return true;
    }

    private List<Point> Next()
    {
        var points = new List<Point>();
        for (var i = 0; i < 20; i++)
        {
            var n = _sent++;
            var age = n % 7 == 3 ? LateByMs : 0;
            points.Add(At(nowMs - 600_000 - age + n, n));
        }

        // Delivered at least once: the same again, and a correction of what was sent before, which is a whole number too.
        points.Add(points[^1]);
        if (_taken.Count != 0)
        {
            points.Add(At(_taken.Keys.ElementAt(_random.Next(_taken.Count)), _random.Next(1_000_000)));
        }

        return points;
    }

    private Point At(long timestampMs, double value) => new(Metric, Key, tag, timestampMs, value);
}

using System.Globalization;
using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Durability;

/// <summary>
/// The data folder of a server that was killed, with many small segments, and where in them each request's samples are.
/// Requests are one second apart, of one point for each of ten series.
/// </summary>
public sealed class WrittenLog : IAsyncLifetime
{
    public const string Metric = "logged";
    public const int Series = 10;
    public const int Requests = 240;

    /// <summary>What a segment begins with: docs/formats/wal.md.</summary>
    public const int HeaderBytes = 32;

    public static readonly string[] Settings =
        ["--Metrics:SelfMonitoring:Enabled=false", "--Metrics:StatsD:Enabled=false", "--Metrics:Wal:SegmentBytes=4096"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("metrics-written-");
    private readonly List<Place> _places = [];

    /// <summary>Where the samples of a request are, from their record's header on.</summary>
    public sealed record Place(int Request, string Segment, long Start, long End);

    public long FromMs { get; private set; }

    public long ToMs => FromMs + (Requests * 1000L);

    internal IReadOnlyList<Place> Places => _places;

    /// <summary>Segments with samples and without the definitions, the newest last.</summary>
    internal IReadOnlyList<string> Segments => [.. _places.Select(static p => p.Segment).Distinct().Skip(1)];

    public async ValueTask InitializeAsync()
    {
        FromMs = (Clock.NowMs - 3_600_000) / 1000 * 1000;
        await using var silo = new SiloProcess(_folder.FullName, Settings);
        await silo.Start();
        for (var request = 0; request < Requests; request++)
        {
            var before = Newest();
            await silo.Write([.. Enumerable.Range(0, Series).Select(s =>
                new Point(Metric, "s", s.ToString(CultureInfo.InvariantCulture), FromMs + (request * 1000L), request))]);
            var after = Newest();
            _places.Add(new(request, after.Name, after.Name == before.Name ? before.Length : HeaderBytes, after.Length));
        }

        await silo.Kill();
    }

    /// <summary>A copy of the folder, to be damaged.</summary>
    internal DirectoryInfo Copy()
    {
        var copy = Directory.CreateTempSubdirectory("metrics-damaged-");
        foreach (var file in _folder.GetFiles("*", SearchOption.AllDirectories))
        {
            var to = new FileInfo(Path.Combine(copy.FullName, Path.GetRelativePath(_folder.FullName, file.FullName)));
            to.Directory!.Create();
            file.CopyTo(to.FullName);
        }

        return copy;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private (string Name, long Length) Newest()
    {
        var newest = Directory.GetFiles(Path.Combine(_folder.FullName, "wal"), "*.wal").Max(StringComparer.Ordinal);
        return newest is null ? ("", 0) : (Path.GetFileName(newest), new FileInfo(newest).Length);
    }
}

using System.Globalization;
using Metrics.Core.Model;
using Metrics.Core.Rollups;
using Metrics.Core.Tests.Compression;

namespace Metrics.Core.Tests.Rollups;

/// <summary>Chunks as each format version wrote them; a reader of today must read them all.</summary>
public sealed class RollupGoldenTests
{
    private static readonly Dictionary<string, Func<Sample[]>> s_samples = new()
    {
        ["v1-whole"] = () => Gauges.Regular(600, 1_000, i => 50 + (i * 7 % 13) - (i % 5)),
        ["v1-decimal"] = () => Gauges.Regular(600, 1_000, i => Math.Round(((i * 7919 % 1009) + 1) / 3.0, 3)),
        ["v1-full"] = () => Gauges.Regular(300, 1_000, i => Math.Sqrt((i * 7919 % 1009) + 1)),
        ["v1-points"] = () => Gauges.Regular(30, 20_000, i => (i * 37 % 11) / 4.0),
        ["v1-counter"] = () => Gauges.Regular(600, 1_000, i => i % 250 * 3),
        ["v1-infinite"] = () => Gauges.Regular(120, 1_000, i => i % 50 == 7 ? double.NegativeInfinity : i % 9),
    };

    public static TheoryData<string> Names => [.. s_samples.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_golden_chunk_is_read_as_the_rows_it_was_written_from(string name)
    {
        var expected = RollupModel.Rows(s_samples[name](), RollupChunks.Minute);
        var rows = new RollupRow[expected.Count];
        new RollupReader(Load(name), rows.Length, RollupChunks.Minute).ReadRows(rows);
        for (var i = 0; i < rows.Length; i++)
        {
            RollupModel.AssertSame(expected[i].Row, expected[i].Values, rows[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_samples_of_a_golden_chunk_are_written_as_the_same_bytes(string name)
    {
        var chunk = Assert.Single(RollupChunks.Build(RollupChunks.Minute, s_samples[name]()));
        Assert.Equal(Convert.ToHexString(Load(name)), Convert.ToHexString(chunk.Bytes));
    }

    private static byte[] Load(string name) => Convert.FromHexString(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Rollups", "Golden", name + ".txt"), System.Text.Encoding.ASCII).Trim().ToUpper(CultureInfo.InvariantCulture));
}

using System.Globalization;
using Metrics.Core.Compression;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Compression;

/// <summary>Chunks as each format version wrote them; see Golden/README.md. A reader of today must read them all.</summary>
public sealed class ChunkGoldenTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Compression", "Golden");

    public static TheoryData<string> Names =>
        [.. Directory.EnumerateFiles(Folder, "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_golden_chunk_is_read_as_the_samples_it_was_written_from(string name)
    {
        (Sample[] samples, byte[] chunk) = Load(name);
        Assert.Equal(Chunks.Bits(samples), Chunks.Bits(Chunks.Decode(chunk, samples.Length)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_samples_of_a_golden_chunk_are_written_as_the_same_bytes(string name)
    {
        (Sample[] samples, byte[] chunk) = Load(name);
        Assert.Equal(Convert.ToHexString(chunk), Convert.ToHexString(Chunks.Encode(samples)));
    }

    [Fact]
    public void There_are_golden_chunks_of_the_current_version() =>
        Assert.Contains(Directory.EnumerateFiles(Folder), f => Path.GetFileName(f).StartsWith($"v{ChunkFormat.Version}-", StringComparison.Ordinal));

    private static (Sample[] Samples, byte[] Chunk) Load(string name)
    {
        var samples = new List<Sample>();
        string hex = "";
        foreach (string line in File.ReadLines(Path.Combine(Folder, name + ".txt")))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["sample", var timestamp, var bits, ..]:
                    samples.Add(new Sample(
                        long.Parse(timestamp, CultureInfo.InvariantCulture),
                        BitConverter.UInt64BitsToDouble(ulong.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));
                    break;
                case ["chunk", var part]:
                    hex += part;
                    break;
                case ["#", ..] or []:
                    break;
                default:
                    throw new InvalidDataException($"{name}: unknown line '{line}'");
            }
        }

        return ([.. samples], Convert.FromHexString(hex));
    }
}

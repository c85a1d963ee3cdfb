using Metrics.Core.Blocks;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Blocks;

/// <summary>Blocks that are the same every time. The bytes of their chunks are no samples: a block does not look into them.</summary>
internal static class SmallBlocks
{
    public static (ChunkMeta Meta, byte[] Bytes) Chunk(int seed = 1, ChunkKind kind = ChunkKind.Samples, int offsetMs = 0, int bytes = 24)
    {
        var random = new Lcg(seed);
        var min = random.Next(400) / 10.0;
        var max = min + (random.Next(600) / 10.0);
        var from = BlockModel.FromMs + offsetMs + random.Next(10_000);
        var to = from + 1_190_000 + random.Next(50);
        var sum = 0.0;
        for (var i = 0; i < 120; i++)
        {
            sum += min + (Math.Floor(random.Next(100) * (max - min) / 10) / 10);
        }

        var data = new byte[bytes];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = (byte)random.Next(256);
        }

        var count = kind == ChunkKind.Samples ? 120 : 7200;
        return (new(kind, from, to, 120, new(count, sum, min, max, Math.Round((min + max) / 2, 1), to), 0, 0, 0), data);
    }

    /// <summary>Series as a load generator for machine metrics makes them: ten tags, each host with the same ones for every metric.</summary>
    public static BlockModel Hosts(int metrics, int hosts, int chunks = 1) => BlockModel.Of(
        from metric in Enumerable.Range(0, metrics)
        from host in Enumerable.Range(0, hosts)
        select (Key(metric, host), (from c in Enumerable.Range(0, chunks) select Chunk((metric * hosts) + host + (c << 20), offsetMs: c * 1_200_000)).ToArray()));

    private static SeriesKey Key(int metric, int host)
    {
        var random = new Lcg(host);
        var region = random.Next(9);
        return SeriesKey.Create(
            $"cpu.{metric}",
            new("host", $"host_{host}"), new("region", $"r{region}"), new("datacenter", $"r{region}{(char)('a' + random.Next(3))}"),
            new("rack", $"{random.Next(100)}"), new("os", random.Next(2) == 0 ? "Ubuntu16.04LTS" : "Ubuntu15.10"), new("arch", random.Next(2) == 0 ? "x64" : "x86"),
            new("team", $"team{random.Next(4)}"), new("service", $"{random.Next(20)}"), new("service_version", $"{random.Next(2)}"),
            new("service_environment", random.Next(2) == 0 ? "production" : "staging"));
    }

    /// <summary>A generator of numbers whose algorithm is written down here, so that files made with it can be made again.</summary>
    public sealed class Lcg(int seed)
    {
        private ulong _state = ((ulong)(uint)seed * 2862933555777941757) + 3037000493;

        public int Next(int below)
        {
            _state = (_state * 6364136223846793005) + 1442695040888963407;
            return (int)((_state >> 33) % (ulong)below);
        }
    }
}

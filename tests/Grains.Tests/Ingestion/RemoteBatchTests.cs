using System.Net;
using FsCheck.Xunit;
using Metrics.Core.Model;
using Metrics.Grains.Ingestion;
using Metrics.Grains.Placement;

namespace Metrics.Grains.Tests.Ingestion;

public sealed class RemoteBatchTests
{
    private const int Shards = 8;

    private static readonly SiloAddress[] Silos = [.. Enumerable.Range(1, 3).Select(i => SiloAddress.New(IPAddress.Loopback, 11_000 + i, i))];
    private static readonly ShardMap Map = new(Silos, Shards, null);

    [Property]
    public void Every_sample_arrives_at_its_owner_once_and_bit_for_bit((byte Series, long TimestampMs, long Bits)[] points, (byte Series, long TimestampMs, byte[] Digest)[] distributions)
    {
        var series = Enumerable.Range(0, 256).Select(Series).ToArray();
        var samples = new RemoteSamples();
        foreach (var (number, timestamp, bits) in points)
        {
            samples.Series.Add(series[number]);
            samples.TimestampsMs.Add(timestamp);
            samples.Values.Add(BitConverter.Int64BitsToDouble(bits));
        }

        foreach (var (number, timestamp, digest) in distributions)
        {
            samples.Distributions.Add((series[number], timestamp, digest ?? []));
        }

        var arrived = new List<(SeriesId, long, long)>();
        var arrivedDistributions = new List<(SeriesId, long, string)>();
        foreach (var rows in OwnedRows.Split(samples, Map))
        {
            var message = RemoteBatch.Write(samples, rows, static _ => false, out var sent);
            var decoded = Read(message);
            Assert.Equal(sent.Select(static s => s.Key), decoded.Keys);
            Assert.All(decoded.Keys, key => Assert.Equal(rows.Owner, Map.OwnerOf(key!.Id.Shard(Shards))));
            arrived.AddRange(decoded.Samples);
            arrivedDistributions.AddRange(decoded.Distributions);
        }

        Assert.Equal(
            points.GroupBy(p => series[p.Series].Id).SelectMany(static g => g.Select(p => (g.Key, p.TimestampMs, p.Bits))).Order(ById<long>()),
            arrived.Order(ById<long>()));
        Assert.Equal(
            distributions.Select(d => (series[d.Series].Id, d.TimestampMs, Convert.ToHexString(d.Digest ?? []))).Order(ById<string>()),
            arrivedDistributions.Order(ById<string>()));
    }

    [Fact]
    public void A_key_is_sent_only_to_a_silo_that_is_not_known_to_have_it()
    {
        var samples = new RemoteSamples();
        var series = Series(1);
        samples.Series.Add(series);
        samples.TimestampsMs.Add(1);
        samples.Values.Add(1);
        var rows = Assert.Single(OwnedRows.Split(samples, Map));

        Assert.Equal(series.Key, Assert.Single(Read(RemoteBatch.Write(samples, rows, static _ => false, out _)).Keys));
        series.KnownBy = rows.Owner;
        Assert.Null(Assert.Single(Read(RemoteBatch.Write(samples, rows, static _ => false, out _)).Keys));
        Assert.Equal(series.Key, Assert.Single(Read(RemoteBatch.Write(samples, rows, static _ => true, out _)).Keys));
        series.KnownBy = Silos.First(s => !s.Equals(rows.Owner));
        Assert.Equal(series.Key, Assert.Single(Read(RemoteBatch.Write(samples, rows, static _ => false, out _)).Keys));
    }

    [Property]
    public void A_damaged_message_is_refused_without_making_room_for_what_it_announces(byte[] message)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadOrRefuse(message);

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void Every_count_that_is_larger_than_the_message_is_refused()
    {
        foreach (var count in new[] { int.MaxValue, int.MinValue, -1, 1 << 28, 3 })
        {
            Assert.Throws<InvalidDataException>(() => Read([.. BitConverter.GetBytes(count)]));
            Assert.Throws<InvalidDataException>(() => Read([.. BitConverter.GetBytes(0), .. BitConverter.GetBytes(count)]));
            Assert.Throws<InvalidDataException>(() => Read([.. BitConverter.GetBytes(0), .. BitConverter.GetBytes(0), .. BitConverter.GetBytes(count)]));
        }
    }

    [Fact]
    public void A_message_that_is_cut_anywhere_or_has_more_than_it_says_is_refused()
    {
        var samples = new RemoteSamples();
        samples.Series.Add(Series(1));
        samples.TimestampsMs.Add(1);
        samples.Values.Add(1);
        samples.Distributions.Add((samples.Series[0], 2, [1, 2, 3]));
        var message = RemoteBatch.Write(samples, Assert.Single(OwnedRows.Split(samples, Map)), static _ => false, out _);

        Read(message);
        Assert.All(Enumerable.Range(0, message.Length), length => Assert.Throws<InvalidDataException>(() => Read(message[..length])));
        Assert.Throws<InvalidDataException>(() => Read([.. message, 0]));
    }

    private static RemoteSeries Series(int number)
    {
        var key = SeriesKey.Create("remote", new Tag("n", $"{number}"));
        return new RemoteSeries(key, key.Id.Shard(Shards));
    }

    private static void ReadOrRefuse(byte[] message)
    {
        try
        {
            Read(message);
        }
        catch (InvalidDataException e)
        {
            Assert.StartsWith("a batch", e.Message, StringComparison.Ordinal);
        }
    }

    private static Decoded Read(byte[] message)
    {
        var reader = new RemoteBatch.Reader(message);
        var ids = new SeriesId[reader.ReadCount(RemoteBatch.Reader.MinSeriesBytes)];
        var keys = new SeriesKey?[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = reader.ReadId();
            keys[i] = SeriesKey.TryParseCanonical(reader.ReadBytes(), out var key) ? key : null;
        }

        var count = reader.ReadCount(RemoteBatch.Reader.SampleBytes);
        var numbers = reader.ReadColumn<int>(count);
        var timestamps = reader.ReadColumn<long>(count);
        var bits = reader.ReadColumn<long>(count);
        var samples = new List<(SeriesId, long, long)>();
        for (var i = 0; i < count; i++)
        {
            samples.Add((ids[RemoteBatch.Reader.CheckNumber(numbers[i], ids.Length)], timestamps[i], bits[i]));
        }

        var distributions = new List<(SeriesId, long, string)>();
        for (var left = reader.ReadCount(RemoteBatch.Reader.MinDistributionBytes); left > 0; left--)
        {
            distributions.Add((ids[reader.ReadNumber(ids.Length)], reader.ReadInt64(), Convert.ToHexString(reader.ReadBytes())));
        }

        reader.ThrowIfNotAtEnd();
        return new Decoded(keys, samples, distributions);
    }

    private static Comparer<(SeriesId Id, long TimestampMs, T Payload)> ById<T>()
        where T : IComparable<T> => Comparer<(SeriesId Id, long TimestampMs, T Payload)>.Create(static (x, y) =>
        {
            var order = x.Id.Value.CompareTo(y.Id.Value);
            order = order != 0 ? order : x.TimestampMs.CompareTo(y.TimestampMs);
            return order != 0 ? order : x.Payload.CompareTo(y.Payload);
        });

    private sealed record Decoded(SeriesKey?[] Keys, List<(SeriesId, long, long)> Samples, List<(SeriesId, long, string)> Distributions);
}

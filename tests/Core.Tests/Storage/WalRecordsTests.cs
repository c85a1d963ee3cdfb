using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Model;
using Metrics.Core.Series;
using Metrics.Core.Storage;

namespace Metrics.Core.Tests.Storage;

public class WalRecordsTests
{
    private static readonly Gen<long> Timestamps = Gen.OneOf(
        Gen.Choose(-1000, 1000).Select(static i => (long)i),
        Gen.Choose(0, int.MaxValue).Select(static i => 1_700_000_000_000 + i),
        Gen.Elements(long.MinValue, long.MaxValue, 0, -1));

    [Property(MaxTest = 200)]
    public Property Samples_come_back_bit_for_bit() => Prop.ForAll(
        Gen.ArrayOf(
            from reference in Gen.Choose(1, int.MaxValue)
            from at in Timestamps
            from value in ArbMap.Default.GeneratorFor<double>()
            select (reference, at, value)).ToArbitrary(),
        static samples =>
        {
            var record = Write(samples);
            Assert.True(record.Length <= WalRecords.MaxSamplesBytes(samples.Length));
            var read = new List<(int, long, long)>();
            WalRecords.ReadSamples(record, (references, at, values) =>
            {
                for (var i = 0; i < references.Length; i++)
                {
                    read.Add(((int)references[i], at[i], BitConverter.DoubleToInt64Bits(values[i])));
                }
            });
            Assert.Equal(samples.Select(static s => (s.Item1, s.Item2, BitConverter.DoubleToInt64Bits(s.Item3))), read);
        });

    [Property(MaxTest = 100)]
    public Property Definitions_come_back() => Prop.ForAll(
        Gen.ArrayOf(Gen.Zip(Gen.Choose(0, int.MaxValue), Index.Generators.Series)).ToArbitrary(),
        static definitions =>
        {
            var record = new ArrayBufferWriter<byte>();
            foreach (var (reference, key) in definitions)
            {
                WalRecords.WriteDefinition(record, (uint)reference, key);
            }

            var read = new List<(int, SeriesKey)>();
            WalRecords.ReadDefinitions(record.WrittenSpan, static _ => false, (reference, key) => read.Add(((int)reference, key)));
            Assert.Equal(definitions, read);
        });

    [Property(MaxTest = 100)]
    public Property Distributions_come_back() => Prop.ForAll(
        Gen.ArrayOf(
            from reference in Gen.Choose(1, int.MaxValue)
            from at in Timestamps
            from bytes in ArbMap.Default.GeneratorFor<byte[]>()
            select (reference, at, bytes)).ToArbitrary(),
        static samples =>
        {
            var record = new ArrayBufferWriter<byte>();
            foreach (var (reference, at, bytes) in samples)
            {
                var sample = new DistributionSample(SeriesWith(reference), at, bytes);
                var before = record.WrittenCount;
                WalRecords.WriteDistribution(record, sample);
                Assert.Equal(WalRecords.BytesOf(sample), record.WrittenCount - before);
            }

            var read = new List<(int, long, string)>();
            WalRecords.ReadDistributions(
                record.WrittenSpan, (reference, at, bytes) => read.Add(((int)reference, at, Convert.ToHexString(bytes))));
            Assert.Equal(samples.Select(static s => (s.Item1, s.Item2, Convert.ToHexString(s.Item3))), read);
        });

    [Property(MaxTest = 500)]
    public Property Any_bytes_are_read_or_refused_without_memory_or_time_beyond_their_length() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<byte[]>().ToArbitrary(),
        static bytes =>
        {
            var delivered = 0;
            Refuses(() => WalRecords.ReadSamples(bytes, (references, _, _) => delivered += references.Length));
            Refuses(() => WalRecords.ReadDefinitions(bytes, static _ => false, (_, _) => delivered++));
            Refuses(() => WalRecords.ReadDistributions(bytes, (_, _, _) => delivered++));
            Assert.True(delivered <= bytes.Length);
        });

    [Fact]
    public void A_record_of_samples_that_is_cut_or_goes_on_is_refused()
    {
        var record = Write([(1, 1_700_000_000_000, 1.5), (2, -5, 2.5), (3, long.MaxValue, 3.5)]);
        for (var length = 0; length < record.Length; length++)
        {
            var cut = record[..length];
            Assert.ThrowsAny<Exception>(() => WalRecords.ReadSamples(cut, static (_, _, _) => { }));
        }

        Assert.Throws<InvalidDataException>(() => WalRecords.ReadSamples([.. record, 0], static (_, _, _) => { }));
        Assert.Throws<InvalidDataException>(() => WalRecords.ReadSamples([255, 255, 255, 127, 0, 0], static (_, _, _) => { }));
        Assert.Throws<InvalidDataException>(() => WalRecords.ReadSamples([255, 255, 255, 255, 0, 0], static (_, _, _) => { }));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(16 * 1024 * 1024)]
    public void As_many_samples_as_are_said_to_fit_do_fit(int bytes) =>
        Assert.InRange(WalRecords.MaxSamplesBytes(WalRecords.SamplesIn(bytes)), 1, bytes);

    private static byte[] Write((int Reference, long AtMs, double Value)[] samples)
    {
        var destination = new byte[WalRecords.MaxSamplesBytes(samples.Length)];
        var length = WalRecords.WriteSamples(
            destination,
            Array.ConvertAll(samples, static s => SeriesWith(s.Reference)),
            Array.ConvertAll(samples, static s => s.AtMs),
            Array.ConvertAll(samples, static s => s.Value));
        return destination[..length];
    }

    private static LiveSeries SeriesWith(int reference)
    {
        var series = new LiveSeries(default, 0, 0);
        series.NumberAs((uint)reference);
        return series;
    }

    private static void Refuses(Action read)
    {
        // The log takes any of these for a damaged record.
        var error = Record.Exception(read);
        Assert.True(error is null or InvalidDataException or ArgumentOutOfRangeException or IndexOutOfRangeException, error?.ToString());
    }
}

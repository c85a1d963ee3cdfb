using Metrics.Core.Memory;

namespace Metrics.Core.Series;

/// <content>From memory to blocks.</content>
public partial class SeriesBuffer
{
    /// <summary>The oldest sample or distribution that no block has; <see cref="long.MaxValue"/> when there is none.</summary>
    public long OldestUnsealedMs => throw new NotImplementedException();

    /// <summary>Unsealed samples by two-hour window, for windows that end at or before a time.</summary>
    public void CountUnsealed(long beforeMs, Dictionary<long, long> samplesByWindow) => throw new NotImplementedException();

    /// <summary>Copies out what no block has of the windows that end at or before a time and start at or after another.</summary>
    /// <param name="pool">The engine's.</param>
    /// <param name="fromMs">Start of the first window.</param>
    /// <param name="beforeMs">End of the last window.</param>
    /// <param name="into">Receives the chunks, in order of time.</param>
    public void CollectUnsealed(ChunkPool pool, long fromMs, long beforeMs, SealedChunks into) => throw new NotImplementedException();

    /// <summary>Lets go of sealed chunks and distributions that end before a time.</summary>
    /// <returns>Samples that left memory.</returns>
    public long DropSealed(ChunkPool pool, long beforeMs) => throw new NotImplementedException();

    /// <summary>Deletes the samples and distributions of a range.</summary>
    /// <returns>How many.</returns>
    public long Delete(ChunkPool pool, long fromMs, long toMs) => throw new NotImplementedException();

    /// <summary>
    /// Like <see cref="Read"/>, but a chunk that lies in the range whole, with nothing late among it and within one bucket, is answered by its
    /// aggregates: the count is then -1 and nothing is decoded.
    /// </summary>
    /// <param name="fromMs">As in <see cref="Read"/>.</param>
    /// <param name="toMs">As in <see cref="Read"/>.</param>
    /// <param name="bucketEndOf">Gives the end of the bucket that a timestamp is in.</param>
    /// <param name="timestamps">As in <see cref="Read"/>.</param>
    /// <param name="values">As in <see cref="Read"/>.</param>
    /// <param name="aggregates">The chunk's, when -1 is returned.</param>
    public int ReadOrAggregate(
        ref long fromMs, long toMs, Func<long, long> bucketEndOf, Span<long> timestamps, Span<double> values, out Blocks.ChunkAggregates aggregates) =>
        throw new NotImplementedException();
}

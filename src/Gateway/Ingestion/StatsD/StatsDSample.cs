using System.Buffers;
using Metrics.Core.Sketches;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>What a series hands over at a flush: a number, or values on their way into a digest.</summary>
/// <param name="Slot">The series.</param>
/// <param name="Value">The number, unless the series is a distribution.</param>
/// <param name="Values">Pooled; unsorted.</param>
/// <param name="Count">How many of them there are.</param>
/// <param name="Digest">What was folded already.</param>
internal readonly record struct StatsDSample(
    StatsDSlot Slot, double Value, double[]? Values = null, int Count = 0, TDigest? Digest = null)
{
    /// <summary>Sorts the values into one digest and gives their memory back; call once.</summary>
    public TDigest ToDigest()
    {
        if (Values is null)
        {
            Digest!.Compact();
            return Digest;
        }

        var values = Values.AsSpan(0, Count);
        values.Sort();
        var digest = Digest;
        if (digest is null)
        {
            digest = TDigest.FromSorted(values);
        }
        else
        {
            digest.AddSorted(values);
            digest.Compact();
        }

        ArrayPool<double>.Shared.Return(Values);
        return digest;
    }
}

using System.IO.Hashing;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>
/// Counts distinct values in bounded memory: exact below <see cref="Capacity"/>, from there on estimated from the smallest hashes (k minimum values) with a
/// standard error of about 1.6 %.
/// </summary>
internal sealed class DistinctSketch
{
    public const int Capacity = 4096;

    private readonly HashSet<ulong> _hashes = [];
    private readonly PriorityQueue<ulong, ulong> _largestFirst = new(Comparer<ulong>.Create(static (a, b) => b.CompareTo(a)));

    /// <summary>Hashes held now.</summary>
    public int Held => _hashes.Count;

    /// <summary>The number of distinct values, exact or estimated.</summary>
    public double Estimate =>
        _hashes.Count < Capacity
            ? _hashes.Count
            : (Capacity - 1) / (((double)_largestFirst.Peek() + 1) / Math.ScaleB(1.0, 64));

    /// <returns>True when another hash is held.</returns>
    public bool Add(ReadOnlySpan<byte> value, long seed)
    {
        var hash = XxHash3.HashToUInt64(value, seed);
        if (_hashes.Count < Capacity)
        {
            if (!_hashes.Add(hash))
            {
                return false;
            }

            _largestFirst.Enqueue(hash, hash);
            return true;
        }

        if (hash < _largestFirst.Peek() && _hashes.Add(hash))
        {
            _hashes.Remove(_largestFirst.EnqueueDequeue(hash, hash));
        }

        return false;
    }
}

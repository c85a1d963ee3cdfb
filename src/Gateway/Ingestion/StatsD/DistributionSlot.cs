using System.Buffers;
using Metrics.Core.Model;
using Metrics.Core.Sketches;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>
/// The values of timers and histograms. They are kept as they come and sorted once, at the flush; sampled ones, and all when there
/// are very many, go into a digest before that.
/// </summary>
internal sealed class DistributionSlot(SeriesKey series) : StatsDSlot(series, StatsDKind.Distribution)
{
    /// <summary>Values kept as they are; a full list is folded into the digest. Only so many count against the budget.</summary>
    public const int MaxValues = 4096;

    private const int FirstValues = 16;

    private double[]? _values;
    private int _count;
    private int _charged;
    private TDigest? _digest;

    public override StatsDSample Take()
    {
        var sample = new StatsDSample(this, 0, _values, _count, _digest);
        _values = null;
        _digest = null;
        _count = 0;
        _charged = 0;
        HasValues = false;
        return sample;
    }

    protected override string? AddOne(ReadOnlySpan<byte> value, double rate, StatsDBudget budget)
    {
        if (!AsciiNumber.TryReadWhole(value, out var number) || !double.IsFinite(number / rate))
        {
            return NotANumber;
        }

        if (_charged < MaxValues)
        {
            if (!budget.TryTake(1))
            {
                return StatsDBudget.Exhausted;
            }

            _charged++;
        }

        if (rate == 1)
        {
            Append(number);
        }
        else
        {
            (_digest ??= new TDigest()).Add(number, 1 / rate);
        }

        HasValues = true;
        return null;
    }

    private void Append(double value)
    {
        if (_values is null)
        {
            _values = ArrayPool<double>.Shared.Rent(FirstValues);
        }
        else if (_count == MaxValues)
        {
            _values.AsSpan(0, _count).Sort();
            (_digest ??= new TDigest()).AddSorted(_values.AsSpan(0, _count));
            _count = 0;
        }
        else if (_count == _values.Length)
        {
            var larger = ArrayPool<double>.Shared.Rent(Math.Min(2 * _count, MaxValues));
            _values.CopyTo(larger, 0);
            ArrayPool<double>.Shared.Return(_values);
            _values = larger;
        }

        _values[_count++] = value;
    }
}

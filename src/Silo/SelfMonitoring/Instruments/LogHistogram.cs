namespace Metrics.Silo.SelfMonitoring.Instruments;

/// <summary>
/// Counts of positive values in buckets 1/32 of a power of two wide, so that a quantile is within 2 % of the value. Recording is
/// lock-free; the rest is for one thread. It looks back over the last ten turns.
/// </summary>
internal sealed class LogHistogram
{
    private const int Turns = 10;
    private const int BitsPerOctave = 5;
    private const int MinExponent = -40;
    private const int MaxExponent = 24;
    private const int Buckets = (MaxExponent - MinExponent) << BitsPerOctave;
    private const long FirstBucket = (1023L + MinExponent) << BitsPerOctave;

    private readonly int[] _current = new int[Buckets];
    private readonly long[] _window = new long[Buckets];
    private readonly int[][] _turns = new int[Turns][];
    private readonly int[] _countOfTurn = new int[Turns];
    private int _turn;
    private int _recorded;

    /// <summary>Measurements in the last ten turns.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a value; what is outside 2^-40 to 2^24 counts as the nearest value inside.</summary>
    public void Record(double value)
    {
        var bucket = value > 0 ? (BitConverter.DoubleToInt64Bits(value) >> (52 - BitsPerOctave)) - FirstBucket : 0;
        Interlocked.Increment(ref _current[Math.Clamp(bucket, 0, Buckets - 1)]);
        Interlocked.Increment(ref _recorded);
    }

    /// <summary>Takes what was recorded since the last call into the window, and drops what is ten calls old.</summary>
    public void Turn()
    {
        _turn = (_turn + 1) % Turns;
        var recorded = Interlocked.Exchange(ref _recorded, 0);
        if (recorded == 0 && _countOfTurn[_turn] == 0)
        {
            return;
        }

        var turn = _turns[_turn] ??= new int[Buckets];
        var taken = 0;
        for (var i = 0; i < Buckets; i++)
        {
            var count = Volatile.Read(ref _current[i]) == 0 ? 0 : Interlocked.Exchange(ref _current[i], 0);
            _window[i] += count - turn[i];
            turn[i] = count;
            taken += count;
        }

        Count += taken - _countOfTurn[_turn];
        _countOfTurn[_turn] = taken;
    }

    /// <summary>The value that a share of the window is at or below: the middle of its bucket; NaN when the window is empty.</summary>
    public double Quantile(double quantile)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(quantile * Count));
        var seen = 0L;
        for (var i = 0; i < Buckets && Count > 0; i++)
        {
            seen += _window[i];
            if (seen >= rank)
            {
                return (LowerBound(i) + LowerBound(i + 1)) / 2;
            }
        }

        return double.NaN;
    }

    private static double LowerBound(int bucket) => BitConverter.Int64BitsToDouble((FirstBucket + bucket) << (52 - BitsPerOctave));
}

namespace Metrics.Silo.SelfMonitoring.Instruments;

/// <summary>What one instrument has measured, over all its tags. Measurements come from any thread, the readings go to one.</summary>
internal sealed class InstrumentAccumulator(LogHistogram? histogram)
{
    private long _whole;
    private double _fraction;
    private double _observed;
    private double _previous;
    private bool _isObserved;
    private bool _isSilent;

    /// <summary>Whether such an instrument exists.</summary>
    public bool IsPublished { get; private set; }

    public LogHistogram? Histogram { get; } = histogram;

    /// <summary>False for an observable instrument that gave no observation at this tick: it does not know, which is not zero.</summary>
    public bool HasSpoken => !_isSilent;

    /// <summary>What was counted, or last observed: a counter's total, a gauge's value, a histogram's number of measurements.</summary>
    public double Total => _isObserved ? _observed : Volatile.Read(ref _whole) + Volatile.Read(ref _fraction);

    /// <summary>What <see cref="Total"/> was at the last <see cref="EndTick"/>.</summary>
    public double PreviousTotal => _previous;

    public void Add(long value) => Interlocked.Add(ref _whole, value);

    public void Add(double value)
    {
        double seen;
        do
        {
            seen = Volatile.Read(ref _fraction);
        }
        while (Interlocked.CompareExchange(ref _fraction, seen + value, seen) != seen);
    }

    public void Set(double value)
    {
        _isObserved = true;
        Volatile.Write(ref _observed, value);
    }

    /// <summary>One of the observations of this tick; those of different tags are added up.</summary>
    public void Observe(double value)
    {
        _isObserved = true;
        _isSilent = false;
        _observed += value;
    }

    public void Measure(double value)
    {
        Interlocked.Increment(ref _whole);
        Histogram?.Record(value);
    }

    /// <summary>Before the observable instruments are asked.</summary>
    /// <param name="isObservable">Whether this is one.</param>
    public void BeginTick(bool isObservable)
    {
        if (isObservable)
        {
            _observed = 0;
            _isSilent = true;
        }

        Histogram?.Turn();
    }

    /// <summary>A total that was not known at the last tick gives no rate: all that was counted before would seem to be of this tick.</summary>
    public void EndTick() => _previous = HasSpoken ? Total : double.NaN;

    /// <summary>The instrument exists now; one that is observed may have counted for long.</summary>
    public void Publish(bool isObservable)
    {
        IsPublished = true;
        if (isObservable)
        {
            _previous = double.NaN;
        }
    }
}

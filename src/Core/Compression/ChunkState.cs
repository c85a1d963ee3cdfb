namespace Metrics.Core.Compression;

/// <summary>
/// What a chunk's samples so far say about the next one. The appender and the reader take it through the same
/// steps, so none of it is stored. 56 bytes, because every live series holds one.
/// </summary>
internal struct ChunkState
{
    /// <summary>A value that the form does not fit is stored alone at first; at this many points of misfit the form changes.</summary>
    public const int MisfitLimit = 4;

    public TimestampPredictor Timestamps;
    public ValuePredictor Values;
    public double LastValue;
    public RiceParameter TimestampRice;
    public RiceParameter ValueRice;
    public byte Form;

    // Grows by MisfitLimit with each misfit and falls by one with each value that fits.
    public byte Misfits;

    /// <summary>The state after the first sample.</summary>
    public static ChunkState Start(long timestamp, int form, long mapped, double value)
    {
        var state = new ChunkState { TimestampRice = RiceParameter.Unlearned };
        state.Timestamps.Last = timestamp;
        state.ChangeForm(form, mapped, value);
        return state;
    }

    public void AdvanceTimestamp(long timestamp, int quotient, bool isZero)
    {
        Timestamps.Advance(timestamp);
        TimestampRice.Adapt(quotient, isZero);
    }

    public void JumpTimestamp(long timestamp, int residualBits)
    {
        Timestamps.Jump(timestamp, TimestampRice.AfterOutlier);
        // The residual of a new interval says nothing of the jitter about it: feel upwards from what was learnt.
        TimestampRice.Escape(residualBits, maxRise: 2);
    }

    public void AdvanceValue(long mapped, double value, int count, int quotient, bool isZero)
    {
        Values.Advance(mapped, count, ValueForm.DriftMaskOf(Form));
        ValueRice.Adapt(quotient, isZero);
        Fit(value);
    }

    public void JumpValue(long mapped, double value, int residualBits)
    {
        Values.Jump(mapped);
        ValueRice.Escape(residualBits, RiceParameter.Max);
        Fit(value);
    }

    public void ExceptValue(double value)
    {
        Misfits += MisfitLimit;
        LastValue = value;
    }

    public void ChangeForm(int form, long mapped, double value)
    {
        Form = (byte)form;
        Misfits = 0;
        Values.Restart(mapped);
        ValueRice = RiceParameter.Unlearned;
        LastValue = value;
    }

    private void Fit(double value)
    {
        LastValue = value;
        if (Misfits > 0)
        {
            Misfits--;
        }
    }
}

using System.Runtime.CompilerServices;

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

    /// <summary>Takes a timestamp whose residual was a Rice code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AdvanceTimestamp(ulong residual, int quotient)
    {
        Timestamps.Advance(ZigZag.Decode(residual));
        TimestampRice.Adapt(quotient, residual);
    }

    public void JumpTimestamp(long timestamp, int residualBits)
    {
        Timestamps.Jump(timestamp, TimestampRice.AfterOutlier);
        // The residual of a new interval says nothing of the jitter about it: feel upwards from what was learnt.
        TimestampRice.Escape(residualBits, maxRise: 2);
    }

    /// <summary>Takes a value whose residual was a Rice code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AdvanceValue(ulong residual, int quotient, double value, int count)
    {
        Values.Advance(ZigZag.Decode(residual), count, ValueForm.DriftMaskOf(Form));
        ValueRice.Adapt(quotient, residual);
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

using System.Runtime.CompilerServices;

namespace Metrics.Core.Compression;

/// <summary>
/// Which form the appender codes the next value in. The reader is told by escapes, so this may change without
/// changing the format.
/// </summary>
internal static class FormCheck
{
    /// <summary>Samples between looks for a form that is smaller than the one in use.</summary>
    private const int Period = 32;

    /// <summary>A decimal form is left for a smaller one only if that saves this many decimals, so that chance does not do it.</summary>
    private const int MinDecimalsSaved = 2;

    /// <summary>A value with this many decimals more than the last raises the scale at once; one with more may be an oddity.</summary>
    private const int NearDecimals = 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsDue(int count, int form) => count % Period == 0 && form >= MinDecimalsSaved;

    /// <summary>The form to code a value in, which fits it, or null to store this one value alone in full.</summary>
    public static int? Choose(in ChunkState state, int count, double value)
    {
        if (!ValueForm.TryMap(state.Form, value, out _))
        {
            int smallest = ValueForm.Smallest(value);
            bool isNear = ValueForm.IsDecimal(smallest) && smallest > state.Form && smallest - state.Form <= NearDecimals;
            return isNear || state.Misfits >= ChunkState.MisfitLimit ? smallest : null;
        }

        if (IsDue(count, state.Form) && !ValueForm.SameBits(value, state.LastValue))
        {
            int smallest = Math.Max(ValueForm.Smallest(value), ValueForm.Smallest(state.LastValue));
            bool bothFit = ValueForm.TryMap(smallest, value, out _) && ValueForm.TryMap(smallest, state.LastValue, out _);
            int saved = state.Form - smallest;
            if (bothFit && saved >= (ValueForm.IsDecimal(state.Form) ? MinDecimalsSaved : 1))
            {
                return smallest;
            }
        }

        return state.Form;
    }
}

using Metrics.Core.Compression;

namespace Metrics.Core.Rollups;

/// <summary>The value form of a chunk: the smallest that holds all but a few of its rows.</summary>
internal static class FormChoice
{
    /// <summary>One row in so many may be stored at full width because of a value with more digits.</summary>
    private const int RowsAMisfit = 16;

    public static int For(ReadOnlySpan<FinishedRow> rows, double[] arena)
    {
        Span<int> byForm = stackalloc int[ValueForm.MaxScale + 1];
        var others = 0;
        var form = 0;
        foreach (ref readonly var row in rows)
        {
            var needed = FormOf(row, arena, form);
            if (needed > ValueForm.MaxScale)
            {
                others++;
            }
            else
            {
                byForm[needed]++;
                form = Math.Max(form, needed);
            }
        }

        var misfits = others;
        var allowed = rows.Length / RowsAMisfit;
        if (misfits > allowed)
        {
            return ValueForm.Float64;
        }

        for (; form > 0 && misfits + byForm[form] <= allowed; form--)
        {
            misfits += byForm[form];
        }

        return form;
    }

    /// <summary>The smallest decimal form that holds a row's values, not looked for below <paramref name="form"/>.</summary>
    private static int FormOf(in FinishedRow row, double[] arena, int form)
    {
        var points = row.Points(arena);
        foreach (var point in points)
        {
            form = double.IsFinite(point) ? Raise(form, point) : form;
        }

        if (!points.IsEmpty || row.Figures.Negative + row.Figures.Positive > 0)
        {
            return form;
        }

        ref readonly var figures = ref row.Figures.Row;
        form = Raise(Raise(form, figures.Min), figures.Max);
        return row.Figures.IsDistribution ? form : Raise(form, figures.Last);
    }

    private static int Raise(int form, double value)
    {
        while (form <= ValueForm.MaxScale && !ValueForm.TryMap(form, value + 0.0, out _))
        {
            form++;
        }

        return form;
    }
}

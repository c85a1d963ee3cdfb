namespace Metrics.Core.Series;

/// <summary>Room for one decoded chunk, one a thread: what is read is used up before the thread reads again.</summary>
internal sealed class ReadScratch
{
    [ThreadStatic]
    private static ReadScratch? t_instance;

    public long[] Timestamps { get; } = new long[SeriesBuffer.ReadCapacity];

    public double[] Values { get; } = new double[SeriesBuffer.ReadCapacity];

    public static ReadScratch Rent() => t_instance ??= new ReadScratch();
}

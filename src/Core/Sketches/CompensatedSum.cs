namespace Metrics.Core.Sketches;

/// <summary>Neumaier's summation: the same sum, nearly always to the last bit, whatever the order of the terms.</summary>
internal struct CompensatedSum
{
    private double _sum;
    private double _lost;

    public CompensatedSum(double sum) => _sum = sum;

    public readonly double Value => double.IsFinite(_lost) ? _sum + _lost : _sum;

    public void Add(double term)
    {
        var sum = _sum + term;
        _lost += Math.Abs(_sum) >= Math.Abs(term) ? _sum - sum + term : term - sum + _sum;
        _sum = sum;
    }

    public void Add(CompensatedSum other)
    {
        Add(other._sum);
        _lost += other._lost;
    }
}

using Metrics.Core.Model;

namespace Metrics.Gateway.Ingestion.Json;

/// <summary>The elements of one body that were refused: all counted, the first few with their reasons.</summary>
internal sealed class RejectedPoints
{
    /// <summary>How many are named in an answer.</summary>
    public const int Shown = 100;

    private readonly List<(int Index, FieldProblem Problem)> _first = [];

    public int Count { get; private set; }

    public IReadOnlyList<(int Index, FieldProblem Problem)> First => _first;

    public bool IsFull => _first.Count >= Shown;

    public void Add(int index, FieldProblem problem)
    {
        Count++;
        if (!IsFull)
        {
            _first.Add((index, problem));
        }
    }
}

namespace Metrics.Core.Model;

/// <summary>Why something from outside was refused.</summary>
/// <param name="Field">The field at fault, as its sender wrote it: <c>value</c>, <c>tags.region</c>.</param>
/// <param name="Reason">A clause that reads on from the field's name: "is longer than 256 bytes".</param>
public readonly record struct FieldProblem(string Field, string Reason);

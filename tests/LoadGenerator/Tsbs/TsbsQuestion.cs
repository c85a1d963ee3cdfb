namespace Metrics.LoadGenerator.Tsbs;

/// <summary>One query of TSBS' devops cases, before it is put in a server's words.</summary>
/// <param name="Metrics">Each is reduced by itself.</param>
/// <param name="Hosts">Empty for all.</param>
/// <param name="FromMs">Inclusive; a multiple of the step.</param>
/// <param name="ToMs">Exclusive; a multiple of the step.</param>
/// <param name="StepMs">Length of a bucket.</param>
/// <param name="Aggregation"><c>max</c>, <c>avg</c> or a percentile.</param>
/// <param name="ByHost">Whether each host has an answer of its own.</param>
internal sealed record TsbsQuestion(
    IReadOnlyList<string> Metrics, IReadOnlyList<string> Hosts, long FromMs, long ToMs, long StepMs, string Aggregation, bool ByHost);

using Metrics.Core.Query.Evaluation;

namespace Metrics.Core.Query.Reading;

/// <summary>What one worker of a query reads with.</summary>
/// <param name="Budget">What may still be read.</param>
/// <param name="Report">What was.</param>
/// <param name="Explains">Whether figures are kept.</param>
/// <param name="Cancellation">Stops reading.</param>
internal sealed record BlockReadContext(QueryBudget Budget, ReadReport Report, bool Explains, CancellationToken Cancellation);

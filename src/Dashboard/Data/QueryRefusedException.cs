namespace Metrics.Dashboard.Data;

/// <summary>A query that the dashboard does not send; the message says what to change.</summary>
public sealed class QueryRefusedException(string message) : Exception(message);

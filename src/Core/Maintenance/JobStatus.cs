namespace Metrics.Core.Maintenance;

/// <summary>How a kind of work last went.</summary>
/// <param name="Job"><c>seal</c>, <c>roll up</c>, <c>compact</c>, <c>retention</c>.</param>
/// <param name="LastRun">When it last had something to do and did it.</param>
/// <param name="LastSeconds">How long that took.</param>
/// <param name="LastError">What went wrong last, until it goes well again.</param>
/// <param name="NotBefore">When it is tried again after a failure.</param>
/// <param name="Failures">Failures in a row.</param>
public sealed record JobStatus(
    string Job, DateTimeOffset? LastRun = null, double LastSeconds = 0, string? LastError = null, DateTimeOffset? NotBefore = null, int Failures = 0);

namespace Metrics.Gateway.Problems;

/// <summary>Ends a request with a failure that its client is told in full.</summary>
public sealed class ApiException(ApiFailure failure) : Exception(failure.Detail)
{
    public ApiFailure Failure { get; } = failure;

    /// <summary>A 400 that names a field and why it was refused.</summary>
    public static ApiException BadField(string field, string reason) => new(ApiFailure.BadField(field, reason));
}

using Microsoft.Extensions.Options;

namespace Metrics.Core.ObjectStorage;

/// <summary>Refuses settings of the object store that cannot work. Secrets are never repeated.</summary>
public sealed class ObjectStoreOptionsValidator : IValidateOptions<ObjectStoreOptions>
{
    private const int MaxPrefixLength = 256;

    public ValidateOptionsResult Validate(string? name, ObjectStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<string>();
        if (!Enum.IsDefined(options.Kind))
        {
            problems.Add($"{ObjectStoreOptions.Section}:Kind is {options.Kind}; set it to Folder, Azure or S3.");
        }

        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > TimeSpan.FromMinutes(10))
        {
            problems.Add($"{ObjectStoreOptions.Section}:Timeout is {options.Timeout}; set it between 00:00:01 and 00:10:00 (hours:minutes:seconds).");
        }

        if (options.ReadTimeout < TimeSpan.FromSeconds(1) || options.ReadTimeout > TimeSpan.FromMinutes(10))
        {
            problems.Add($"{ObjectStoreOptions.Section}:ReadTimeout is {options.ReadTimeout}; set it between 00:00:01 and 00:10:00 (hours:minutes:seconds).");
        }

        if (options.Prefix.Length > 0 && (options.Prefix.Length > MaxPrefixLength || !ObjectName.IsValid(options.Prefix)))
        {
            problems.Add(
                $"{ObjectStoreOptions.Section}:Prefix is \"{options.Prefix}\"; set it to at most {MaxPrefixLength} letters, digits, '.', '_', '-', "
                + "with single '/' between parts, none at the ends, and no part that begins or ends with a point.");
        }

        switch (options.Kind)
        {
            case ObjectStoreKind.Azure:
                CheckAzure(options.Azure, problems);
                break;
            case ObjectStoreKind.S3:
                CheckS3(options.S3, problems);
                break;
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static void CheckAzure(AzureStoreOptions azure, List<string> problems)
    {
        const string Section = $"{ObjectStoreOptions.Section}:Azure";
        if (azure.ConnectionString.Length == 0 == (azure.ServiceUri.Length == 0))
        {
            problems.Add(
                $"{Section} needs either ConnectionString, or ServiceUri such as https://account.blob.core.windows.net to sign in with the process's identity; set one of them.");
        }

        if (azure.ServiceUri.Length > 0 && !IsHttp(azure.ServiceUri))
        {
            problems.Add($"{Section}:ServiceUri is no address; set it to one such as https://account.blob.core.windows.net, without a signature.");
        }

        if (!IsBucketName(azure.Container, points: false))
        {
            problems.Add($"{Section}:Container is \"{azure.Container}\"; set it to the 3 to 63 lower case letters, digits and '-' that the container is called.");
        }
    }

    private static void CheckS3(S3StoreOptions s3, List<string> problems)
    {
        const string Section = $"{ObjectStoreOptions.Section}:S3";
        if (s3.ServiceUrl.Length > 0 && !IsHttp(s3.ServiceUrl))
        {
            problems.Add($"{Section}:ServiceUrl is no address; set it to one such as https://minio.example.org:9000, or leave it out for Amazon's.");
        }

        if (string.IsNullOrWhiteSpace(s3.Region))
        {
            problems.Add($"{Section}:Region is empty; set it to the bucket's, such as eu-central-1.");
        }

        if (!IsBucketName(s3.Bucket, points: true))
        {
            problems.Add($"{Section}:Bucket is \"{s3.Bucket}\"; set it to the 3 to 63 lower case letters, digits, '.' and '-' that the bucket is called.");
        }

        if (s3.AccessKey.Length == 0 != (s3.SecretKey.Length == 0))
        {
            problems.Add($"{Section} has only one of AccessKey and SecretKey; set both, or neither to use what the environment gives.");
        }
    }

    // A query or a user in the address would be a secret in logs.
    private static bool IsHttp(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Query.Length == 0 && uri.UserInfo.Length == 0;

    private static bool IsBucketName(string name, bool points) =>
        name.Length is >= 3 and <= 63
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-' || (points && c == '.'))
        && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);
}

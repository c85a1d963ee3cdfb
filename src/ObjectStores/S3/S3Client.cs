using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores.S3;

/// <summary>Amazon's client, as the settings want it.</summary>
internal static class S3Client
{
    public static AmazonS3Client Create(ObjectStoreOptions options)
    {
        var s3 = options.S3;
        var config = new AmazonS3Config
        {
            ForcePathStyle = s3.ForcePathStyle,

            // Tries are repeated by the caller, who knows the time limit of the whole operation.
            MaxErrorRetry = 0,
        };
        if (s3.ServiceUrl.Length == 0)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(s3.Region);
        }
        else
        {
            config.ServiceURL = s3.ServiceUrl;
            config.AuthenticationRegion = s3.Region;

            // Checksums in trailers are Amazon's alone.
            config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
            config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        }

        return s3.AccessKey.Length == 0 ? new AmazonS3Client(config) : new AmazonS3Client(new BasicAWSCredentials(s3.AccessKey, s3.SecretKey), config);
    }

    public static string Describe(ObjectStoreOptions options)
    {
        var s3 = options.S3;
        var place = s3.ServiceUrl.Length == 0 ? $"S3 bucket {s3.Bucket} in {s3.Region}" : $"S3 bucket {s3.Bucket} at {s3.ServiceUrl}";
        return options.Prefix.Length == 0 ? place : $"{place}, below {options.Prefix}";
    }
}

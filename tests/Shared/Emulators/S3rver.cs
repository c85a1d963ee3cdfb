using System.Globalization;
using Metrics.Core.ObjectStorage;

namespace Metrics.Tests.Shared.Emulators;

/// <summary>An S3 that passes over conditions of writes.</summary>
public sealed class S3rver : Emulator
{
    public const string Bucket = "metrics-tests";

    protected override string Script => Path.Combine("s3rver", "bin", "s3rver.js");

    // It makes tokens of long listings with DES.
    protected override IEnumerable<string> NodeArguments => ["--openssl-legacy-provider"];

    protected override IEnumerable<string> Arguments =>
    [
        "--directory", Path.Combine(Data, "s3"), "--address", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture),
        "--configure-bucket", Bucket, "--no-vhost-buckets", "--silent",
    ];

    public ObjectStoreOptions Options(string prefix) => new()
    {
        Kind = ObjectStoreKind.S3,
        Prefix = prefix,
        S3 =
        {
            ServiceUrl = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"),
            Bucket = Bucket,
            AccessKey = "S3RVER",
            SecretKey = "S3RVER",
            ForcePathStyle = true,
        },
    };
}

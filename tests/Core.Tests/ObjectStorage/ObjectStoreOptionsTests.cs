using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Tests.ObjectStorage;

public sealed class ObjectStoreOptionsTests
{
    [Fact]
    public void The_defaults_are_a_folder_in_the_data_path()
    {
        var options = new ObjectStoreOptions();

        Assert.Empty(Problems(options));
        Assert.Equal(Path.Combine("data", "objects"), options.FolderOf("data"));
        Assert.Equal("elsewhere", new ObjectStoreOptions { Path = "elsewhere" }.FolderOf("data"));
    }

    [Fact]
    public void Each_kind_is_taken_with_what_it_needs()
    {
        Assert.Empty(Problems(Azure(static a => a.ConnectionString = "UseDevelopmentStorage=true")));
        Assert.Empty(Problems(Azure(static a => a.ServiceUri = "https://account.blob.core.windows.net")));
        Assert.Empty(Problems(S3(static s => s.Region = "eu-central-1")));
        Assert.Empty(Problems(S3(static s => (s.ServiceUrl, s.AccessKey, s.SecretKey) = ("http://minio:9000", "id", "key"))));
    }

    [Fact]
    public void What_cannot_work_is_refused_with_the_setting_to_change()
    {
        Refused(new() { Timeout = TimeSpan.FromMilliseconds(999) }, "Metrics:ObjectStore:Timeout");
        Refused(new() { Timeout = TimeSpan.FromMinutes(11) }, "Metrics:ObjectStore:Timeout");
        Refused(new() { Prefix = "/metrics/" }, "Metrics:ObjectStore:Prefix");
        Refused(new() { Prefix = "../up" }, "Metrics:ObjectStore:Prefix");
        Refused(new() { Kind = (ObjectStoreKind)9 }, "Metrics:ObjectStore:Kind");
        Refused(Azure(static _ => { }), "Metrics:ObjectStore:Azure");
        Refused(Azure(static a => (a.ConnectionString, a.ServiceUri) = ("x", "https://account.blob.core.windows.net")), "Metrics:ObjectStore:Azure");
        Refused(Azure(static a => a.ServiceUri = "account"), "Metrics:ObjectStore:Azure:ServiceUri");
        Refused(Azure(static a => (a.ConnectionString, a.Container) = ("x", "Upper_Case")), "Metrics:ObjectStore:Azure:Container");
        Refused(S3(static s => s.ServiceUrl = "minio:9000"), "Metrics:ObjectStore:S3:ServiceUrl");
        Refused(S3(static s => s.Region = " "), "Metrics:ObjectStore:S3:Region");
        Refused(S3(static s => s.Bucket = "x"), "Metrics:ObjectStore:S3:Bucket");
        Refused(S3(static s => s.AccessKey = "id"), "Metrics:ObjectStore:S3 has only one of AccessKey and SecretKey");
    }

    [Fact]
    public void Secrets_are_not_repeated()
    {
        Assert.DoesNotContain("hidden", Refused(S3(static s => s.SecretKey = "hidden"), "SecretKey"), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", Refused(Azure(static a => a.ServiceUri = "https://a.example/?sig=hidden"), "ServiceUri"), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", Refused(S3(static s => s.ServiceUrl = "https://me:hidden@a.example/"), "ServiceUrl"), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "hidden", Refused(Azure(static a => (a.ConnectionString, a.Container) = ("AccountKey=hidden", "")), "Container"), StringComparison.Ordinal);
    }

    private static string Refused(ObjectStoreOptions options, string setting)
    {
        var problem = Assert.Single(Problems(options));
        Assert.Contains(setting, problem, StringComparison.Ordinal);
        return problem;
    }

    private static IEnumerable<string> Problems(ObjectStoreOptions options) => new ObjectStoreOptionsValidator().Validate(null, options).Failures ?? [];

    private static ObjectStoreOptions Azure(Action<AzureStoreOptions> set)
    {
        var options = new ObjectStoreOptions { Kind = ObjectStoreKind.Azure };
        set(options.Azure);
        return options;
    }

    private static ObjectStoreOptions S3(Action<S3StoreOptions> set)
    {
        var options = new ObjectStoreOptions { Kind = ObjectStoreKind.S3 };
        set(options.S3);
        return options;
    }
}

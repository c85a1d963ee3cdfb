namespace Metrics.Gateway.Storage;

/// <summary>Answers of the storage API, for its description.</summary>
internal static class StorageExamples
{
    public const string Status = """{"stored":[{"tier":"hot","resolution":"raw","samples":144000000,"bytes":171000000}]}""";

    public const string Retention =
        """{"default":{"name":"default","metric":"*","raw":"365d","1m":"90d","1h":"365d","1d":"1095d"},"policies":[{"name":"debug","metric":"debug.*","tags":["env=dev"],"raw":"7d","1m":"30d"}]}""";
}

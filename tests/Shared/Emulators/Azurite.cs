using System.Globalization;
using Azure.Storage.Blobs;
using Metrics.Core.ObjectStorage;

namespace Metrics.Tests.Shared.Emulators;

/// <summary>Azure Blob Storage's own emulator, with a container.</summary>
public sealed class Azurite : Emulator
{
    public const string Container = "metrics-tests";

    // The account that every Azurite has; the key is in its documentation.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public string ConnectionString => string.Create(
        CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{Port}/{Account};");

    protected override string Script => Path.Combine("azurite", "dist", "src", "blob", "main.js");

    protected override IEnumerable<string> Arguments =>
    [
        "--blobHost", "127.0.0.1", "--blobPort", Port.ToString(CultureInfo.InvariantCulture), "--location", Path.Combine(Data, "azure"),
        "--silent", "--skipApiVersionCheck", "--disableTelemetry",
    ];

    public ObjectStoreOptions Options(string prefix) => new()
    {
        Kind = ObjectStoreKind.Azure,
        Prefix = prefix,
        Azure = { ConnectionString = ConnectionString, Container = Container },
    };

    protected override async Task Started() => await new BlobContainerClient(ConnectionString, Container).CreateIfNotExistsAsync();
}

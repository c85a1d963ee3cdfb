using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Metrics.LoadGenerator.Http;

namespace Metrics.LoadGenerator.Storage;

/// <summary>Makes a container in Azure Blob Storage or its emulator, over plain HTTP and with the account's key.</summary>
internal static class AzureContainer
{
    private const string Version = "2021-12-02";
    private const int Created = 201;
    private const int Conflict = 409;

    public static int Run(CommandLine options, TimeProvider time)
    {
        var connection = options.Text("connection") ?? throw new UsageException("Write --connection: a connection string with a key and a BlobEndpoint.");
        var container = options.Text("container", "metrics");
        options.RefuseOthers();
        var parts = connection.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(static part => part.Split('=', 2))
            .ToDictionary(static part => part[0], static part => part[1], StringComparer.OrdinalIgnoreCase);
        var endpoint = new Uri(parts["BlobEndpoint"]);
        var account = parts["AccountName"];
        var path = $"{endpoint.AbsolutePath.TrimEnd('/')}/{container}";
        var date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);

        // PUT, eleven standard headers that are all empty, the service's own, and the resource with its parameters.
        var signed = $"PUT{new string('\n', 12)}x-ms-date:{date}\nx-ms-version:{Version}\n/{account}{path}\nrestype:container";
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(parts["AccountKey"]), Encoding.UTF8.GetBytes(signed)));
        using var http = new HttpConnection(endpoint);
        var answer = http.Send(
            "PUT", $"{path}?restype=container", $"x-ms-date: {date}\r\nx-ms-version: {Version}\r\nAuthorization: SharedKey {account}:{signature}\r\n", []);
        if (answer.Status is Created or Conflict)
        {
            return 0;
        }

        Console.Error.WriteLine(answer.Excerpt);
        return 1;
    }
}

using Metrics.Core.ObjectStorage;
using Metrics.Core.Storage;
using Metrics.ObjectStores;
using Metrics.Silo.Hosting;
using Metrics.Silo.Settings;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Metrics.Silo.Commands;

/// <summary>A command as it was typed, with the settings that the server would have.</summary>
internal sealed class CommandArguments
{
    private static readonly string[] Verbs = ["backup", "restore", "verify", "help", "--help", "-h"];
    private static readonly string[] OwnOptions = ["url", "id", "offline"];

    private readonly IConfiguration _configuration;

    private CommandArguments(string verb, string? place, IConfiguration configuration)
    {
        (Verb, Place, _configuration) = (verb, place, configuration);
        Storage = configuration.GetSection(StorageOptions.Section).Get<StorageOptions>() ?? new StorageOptions();
        ObjectStore = configuration.GetSection(ObjectStoreOptions.Section).Get<ObjectStoreOptions>() ?? new ObjectStoreOptions();
        var check = new ObjectStoreOptionsValidator().Validate(null, ObjectStore);
        if (check.Failed)
        {
            throw new OptionsValidationException(ObjectStoreOptions.Section, typeof(ObjectStoreOptions), check.Failures);
        }
    }

    public string Verb { get; }

    /// <summary>What stands after the verb.</summary>
    public string? Place { get; }

    public StorageOptions Storage { get; }

    public ObjectStoreOptions ObjectStore { get; }

    /// <summary>Where the server listens.</summary>
    public Uri Url => Uri.TryCreate(_configuration["url"] ?? SiloApplication.DefaultUrl, UriKind.Absolute, out var url)
        ? url
        : throw new SettingException($"--url is \"{_configuration["url"]}\"; set it to an address such as {SiloApplication.DefaultUrl}.");

    public string? Id => _configuration["id"];

    public bool Offline => _configuration["offline"] switch
    {
        null or "false" => false,
        "true" => true,
        { } other => throw new SettingException($"--offline is \"{other}\"; set it to true or false."),
    };

#pragma warning disable RS0030 // A command is its own composition root.
    public static TimeProvider Time => TimeProvider.System;
#pragma warning restore RS0030

    /// <summary>Whether the data directory was named, so that no other may be meant.</summary>
    public bool NamesDataPath => _configuration[$"{StorageOptions.Section}:{nameof(StorageOptions.DataPath)}"] is not null;

    /// <exception cref="SettingException">It cannot be understood.</exception>
    public static CommandArguments Parse(string[] args)
    {
        var verb = args[0];
        if (!Verbs.Contains(verb))
        {
            throw new SettingException($"There is no command {verb}; there are backup, restore, verify and help.");
        }

        var place = args.Length > 1 && !args[1].StartsWith('-') ? args[1] : null;
        var options = args[(place is null ? 1 : 2)..];
        if (Array.Find(options, static o => !o.StartsWith("--", StringComparison.Ordinal) || !o.Contains('=', StringComparison.Ordinal)) is { } wrong)
        {
            throw new SettingException($"{wrong} cannot be understood; options are written --name=value.");
        }

        var configuration = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .AddCommandLine(options)
            .Build();
        KnownSettings.Check(configuration);
        KnownSettings.CheckCommandLine([.. options.Where(static o => !OwnOptions.Contains(o[2..o.IndexOf('=', StringComparison.Ordinal)]))]);
        return new CommandArguments(verb, place, configuration);
    }

    /// <summary>The store of the data set.</summary>
    public IObjectStore OpenStore(string dataPath) => ObjectStoreFactory.Create(ObjectStore, dataPath, Time, NullLoggerFactory.Instance);

    /// <summary>The store that the place names.</summary>
    /// <exception cref="SettingException">It names none.</exception>
    public IObjectStore OpenPlace()
    {
        if (string.IsNullOrWhiteSpace(Place))
        {
            throw new SettingException($"metrics {Verb} needs a place: a directory, azure://container/prefix or s3://bucket/prefix.");
        }

        var options = new ObjectStoreOptions { Timeout = ObjectStore.Timeout, Azure = ObjectStore.Azure, S3 = ObjectStore.S3 };
        if (TryReadUrl("azure://", out var container, out var prefix))
        {
            (options.Kind, options.Azure.Container, options.Prefix) = (ObjectStoreKind.Azure, container, prefix);
        }
        else if (TryReadUrl("s3://", out var bucket, out prefix))
        {
            (options.Kind, options.S3.Bucket, options.Prefix) = (ObjectStoreKind.S3, bucket, prefix);
        }
        else if (Place.Contains("://", StringComparison.Ordinal))
        {
            throw new SettingException($"{Place} is no place; write a directory, azure://container/prefix or s3://bucket/prefix.");
        }
        else
        {
            options.Path = Path.GetFullPath(Place);
        }

        var check = new ObjectStoreOptionsValidator().Validate(null, options);
        return check.Failed
            ? throw new SettingException($"{Place}: {string.Join(" ", check.Failures)}")
            : ObjectStoreFactory.Create(options, Storage.DataPath, Time, NullLoggerFactory.Instance);
    }

    private bool TryReadUrl(string scheme, out string container, out string prefix)
    {
        (container, prefix) = ("", "");
        if (!Place!.StartsWith(scheme, StringComparison.Ordinal))
        {
            return false;
        }

        var parts = Place[scheme.Length..].Trim('/').Split('/', 2);
        (container, prefix) = (parts[0], parts.Length > 1 ? parts[1] : "");
        return true;
    }
}

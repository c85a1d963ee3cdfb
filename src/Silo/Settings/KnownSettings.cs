using System.Reflection;
using Metrics.Core.Cardinality;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Query;
using Metrics.Core.Storage;
using Metrics.Core.Wal;
using Metrics.Gateway.Ingestion;
using Metrics.Gateway.Ingestion.StatsD;
using Metrics.Gateway.Query;
using Metrics.Grains.Shards;
using Metrics.Silo.Hosting;
using Metrics.Silo.SelfMonitoring;

namespace Metrics.Silo.Settings;

/// <summary>Every setting there is, so that a misspelt one stops the start instead of being passed over.</summary>
internal static class KnownSettings
{
    private static readonly (string Section, Type Options)[] Sections =
    [
        (StorageOptions.Section, typeof(StorageOptions)),
        (WalOptions.Section, typeof(WalOptions)),
        (CardinalityOptions.Section, typeof(CardinalityOptions)),
        (ObjectStoreOptions.Section, typeof(ObjectStoreOptions)),
        (BlocksOptions.Section, typeof(BlocksOptions)),
        (CacheOptions.Section, typeof(CacheOptions)),
        (MaintenanceOptions.Section, typeof(MaintenanceOptions)),
        (RetentionOptions.Section, typeof(RetentionOptions)),
        (QueryOptions.Section, typeof(QueryOptions)),
        (QueryApiOptions.Section, typeof(QueryApiOptions)),
        (IngestOptions.Section, typeof(IngestOptions)),
        (StatsDOptions.Section, typeof(StatsDOptions)),
        (ShardClockOptions.Section, typeof(ShardClockOptions)),
        (MetricsClusterOptions.Section, typeof(MetricsClusterOptions)),
        (SelfMonitoringOptions.Section, typeof(SelfMonitoringOptions)),
    ];

    /// <summary>A part of a path that is not fixed.</summary>
    private const string Any = "*";

    /// <summary>What the host, the HTTP server and logging read besides.</summary>
    private static readonly string[] Roots =
    [
        "Metrics", WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey, HostDefaults.EnvironmentKey,
        "Kestrel", "Logging", "AllowedHosts",
    ];

    /// <exception cref="SettingException">A setting under <c>Metrics</c> that nothing reads.</exception>
    public static void Check(IConfiguration configuration)
    {
        var known = Sections.SelectMany(static s => Paths(s.Section, s.Options)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (path, value) in configuration.GetSection("Metrics").AsEnumerable())
        {
            if (value is not null && !known.Any(k => IsOf(path, k)))
            {
                var near = known.MinBy(k => Distance(k, path))!;
                throw new SettingException($"There is no setting {path}; did you mean {near}?");
            }
        }
    }

    /// <summary>
    /// The command line alone can be held to what is read: the environment has other programs' variables in it.
    /// </summary>
    /// <exception cref="SettingException">An argument that nothing reads.</exception>
    public static void CheckCommandLine(string[] args)
    {
        foreach (var setting in new ConfigurationBuilder().AddCommandLine(args).Build().GetChildren())
        {
            if (!Roots.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            {
                var near = Roots.MinBy(root => Distance(root, setting.Key))!;
                throw new SettingException($"There is no setting {setting.Key}; did you mean {near}?");
            }
        }
    }

    private static IEnumerable<string> Paths(string section, Type options)
    {
        foreach (var property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static p => p.CanWrite))
        {
            var path = $"{section}:{property.Name}";
            if (property.PropertyType is { IsGenericType: true, IsInterface: true } list)
            {
                // A list's entries go by number, a dictionary's by any name.
                var entry = list.GetGenericArguments()[^1];
                foreach (var nested in entry == typeof(string) ? [$"{path}:{Any}"] : Paths($"{path}:{Any}", entry))
                {
                    yield return nested;
                }
            }
            else if (property.PropertyType.IsClass && property.PropertyType != typeof(string))
            {
                foreach (var nested in Paths(path, property.PropertyType))
                {
                    yield return nested;
                }
            }
            else
            {
                yield return path;
            }
        }
    }

    private static bool IsOf(string path, string known)
    {
        var (parts, expected) = (path.Split(':'), known.Split(':'));
        return parts.Length == expected.Length
            && parts.Zip(expected).All(static p => p.Second == Any || p.First.Equals(p.Second, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Letters to insert, delete or replace.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }

        return row[^1];
    }
}

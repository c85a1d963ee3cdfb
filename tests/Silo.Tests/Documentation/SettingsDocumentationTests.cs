using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Metrics.Core.Storage;
using Metrics.Gateway.Ingestion;
using Metrics.Grains.Shards;
using Metrics.Silo.Hosting;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Documentation;

/// <summary>Holds docs/operations.md to the options classes.</summary>
public sealed partial class SettingsDocumentationTests
{
    private static readonly Assembly[] Assemblies =
        [typeof(StorageOptions).Assembly, typeof(IngestOptions).Assembly, typeof(ShardClockOptions).Assembly, typeof(MetricsClusterOptions).Assembly];

    [Fact]
    public void Every_setting_is_described_with_its_default()
    {
        var described = Described().ToLookup(static s => s.Path, static s => s.Default);

        var problems = Existing()
            .Where(setting => !described[setting.Path].SequenceEqual([setting.Default]))
            .Select(setting => $"{setting.Path}: the default is {setting.Default}, described is [{string.Join(", ", described[setting.Path])}]");

        Assert.Empty(problems);
    }

    [Fact]
    public void Every_setting_that_is_described_exists()
    {
        var existing = Existing().Select(static s => s.Path).ToHashSet();

        Assert.DoesNotContain(Described(), setting => !existing.Contains(setting.Path));
    }

    [Fact]
    public void All_options_classes_are_looked_at()
    {
        var classes = OptionsClasses().Select(static c => c.Type.Name).ToList();

        Assert.Contains("WalOptions", classes);
        Assert.Contains("StatsDOptions", classes);
        Assert.Contains("QueryApiOptions", classes);
        Assert.Contains("SelfMonitoringOptions", classes);
        Assert.True(classes.Count >= 10, string.Join(", ", classes));
    }

    /// <summary>Rows of the tables whose first cell is a setting under <c>Metrics</c>.</summary>
    private static List<(string Path, string Default)> Described() =>
        [.. SettingRow().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"))).Select(static m => (m.Groups["path"].Value, m.Groups["default"].Value))];

    /// <summary>Two classes may bind to one section; what they share must agree.</summary>
    private static List<(string Path, string Default)> Existing() =>
        [.. OptionsClasses().SelectMany(static c => Settings(c.Section, Activator.CreateInstance(c.Type)!)).Distinct()];

    private static IEnumerable<(string Section, Type Type)> OptionsClasses() =>
        from assembly in Assemblies
        from type in assembly.GetTypes()
        where type is { IsPublic: true, IsClass: true, IsAbstract: false }
        let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static)
        where section is { IsLiteral: true }
        select ((string)section.GetRawConstantValue()!, type);

    private static IEnumerable<(string Path, string Default)> Settings(string section, object options)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static p => p.CanWrite))
        {
            var value = property.GetValue(options)!;
            if (value is string or ValueType)
            {
                yield return ($"{section}:{property.Name}", Format(value));
                continue;
            }

            if (value is System.Collections.IEnumerable)
            {
                yield return ($"{section}:{property.Name}", "");
                continue;
            }

            foreach (var nested in Settings($"{section}:{property.Name}", value))
            {
                yield return nested;
            }
        }
    }

    private static string Format(object value) => value is bool flag
        ? flag ? "true" : "false"
        : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    [GeneratedRegex(@"^\| `(?<path>Metrics:[A-Za-z0-9:]+)` \| `(?<default>[^`]*)` \|", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex SettingRow();
}

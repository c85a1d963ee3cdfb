using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Architecture;

/// <summary>Which way dependencies point, read from what the compiler wrote into the assemblies.</summary>
public class DependencyTests
{
    private static readonly string[] Hosts = ["Orleans", "Microsoft.Orleans", "Microsoft.AspNetCore"];

    [Fact]
    public void The_engine_references_neither_orleans_nor_aspnet() =>
        Assert.DoesNotContain(References("Core"), static name => Hosts.Any(host => name.StartsWith(host, StringComparison.Ordinal)));

    [Theory]
    [InlineData("Core")]
    [InlineData("Grains.Interfaces", "Core")]
    [InlineData("Grains", "Core", "Grains.Interfaces")]
    [InlineData("Gateway", "Core", "Grains.Interfaces")]
    [InlineData("Dashboard", "Core", "Grains.Interfaces")]
    [InlineData("ObjectStores", "Core")]
    [InlineData("Silo", "Core", "Grains.Interfaces", "Grains", "Gateway", "Dashboard", "ObjectStores")]
    public void Dependencies_point_one_way(string project, params string[] allowed)
    {
        var own = References(project).Where(static name => name.StartsWith("Metrics.", StringComparison.Ordinal)).Select(static name => name["Metrics.".Length..]);
        Assert.All(own, name => Assert.True(allowed.Contains(name), $"{project} references {name}; it may reference {string.Join(", ", allowed)}."));
    }

    [Fact]
    public void Every_project_has_its_rule()
    {
        var projects = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension);
        Assert.Equal(["Core", "Dashboard", "Gateway", "Grains", "Grains.Interfaces", "ObjectStores", "Silo"], projects.Order(StringComparer.Ordinal));
    }

    private static List<string> References(string project)
    {
        // All of them lie beside the host, which is built from them.
        using var file = File.OpenRead(Path.Combine(Repository.Output("Silo"), $"Metrics.{project}.dll"));
        using var assembly = new PEReader(file);
        var metadata = assembly.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}

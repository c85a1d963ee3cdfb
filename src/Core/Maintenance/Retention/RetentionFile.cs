using System.Text.Json;
using System.Text.Json.Serialization;
using Metrics.Core.Files;

namespace Metrics.Core.Maintenance.Retention;

/// <summary>Policies set at run time, as JSON: in the object store, and a copy on local disk.</summary>
internal sealed class RetentionFile(IFileSystem files, string directory)
{
    public const int MaxBytes = 4 * 1024 * 1024;

    private readonly string _path = Path.Combine(directory, RetentionPolicies.ObjectName);

    public static byte[] Serialize(IReadOnlyList<RetentionPolicy> policies) =>
        JsonSerializer.SerializeToUtf8Bytes([.. policies], RetentionJson.Default.RetentionPolicyArray);

    /// <summary>Null when the bytes are not what <see cref="Serialize"/> makes.</summary>
    public static IReadOnlyList<RetentionPolicy>? Deserialize(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var policies = JsonSerializer.Deserialize(bytes, RetentionJson.Default.RetentionPolicyArray);
            return policies is not null && Array.TrueForAll(policies, static p => p is { Tags: not null } && RetentionRule.TryCompile(p, out _, out _)) ? policies : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>None when there is no copy that can be read: the store's is taken over later.</summary>
    public IReadOnlyList<RetentionPolicy> Read()
    {
        if (!files.FileExists(_path))
        {
            return [];
        }

        using var file = files.Open(_path, FileOpening.Read);
        var bytes = new byte[Math.Min(file.Length, MaxBytes)];
        var length = file.Read(0, bytes);
        return Deserialize(bytes.AsSpan(0, length)) ?? [];
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        var temporary = _path + ".new";
        if (files.FileExists(temporary))
        {
            files.Delete(temporary);
        }

        using (var file = files.Open(temporary, FileOpening.CreateNew))
        {
            file.Write(0, bytes);
            file.FlushToDisk();
        }

        files.Rename(temporary, _path);
        files.FlushDirectory(directory);
    }
}

[JsonSerializable(typeof(RetentionPolicy[]))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
internal sealed partial class RetentionJson : JsonSerializerContext;

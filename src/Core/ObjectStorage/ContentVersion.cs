using System.Security.Cryptography;
using Metrics.Core.Files;

namespace Metrics.Core.ObjectStorage;

/// <summary>The version of an object in a folder: the SHA-256 of its content.</summary>
internal static class ContentVersion
{
    private const int BufferBytes = 256 * 1024;

    public static ObjectVersion Of(ReadOnlySpan<byte> content) => Of(SHA256.HashData(content));

    public static ObjectVersion Of(IncrementalHash hash) => Of(hash.GetHashAndReset());

    public static ObjectVersion Of(IFile file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[(int)Math.Clamp(file.Length, 1, BufferBytes)];
        for (long offset = 0; ;)
        {
            var read = file.Read(offset, buffer);
            if (read == 0)
            {
                return Of(hash);
            }

            hash.AppendData(buffer, 0, read);
            offset += read;
        }
    }

    private static ObjectVersion Of(byte[] hash) => new(Convert.ToHexStringLower(hash));
}

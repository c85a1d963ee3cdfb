using System.IO.Compression;
using Snappier;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Metrics.Gateway.Ingestion.Bodies;

/// <summary>
/// Decompresses bodies. Output is counted as it is made and stops at the limit; no memory is taken on the word of a header,
/// except snappy's length, which is first held against what its bytes could at most unfold to.
/// </summary>
internal static class BodyDecoder
{
    /// <summary>A zstd frame that asks for a larger window (8 MiB) is refused: the window is memory taken before any output.</summary>
    private const int MaxZstdWindowLog = 23;

    /// <summary>The longest snappy copy is 64 bytes out of 3; a length beyond this many times the input is a lie.</summary>
    private const int MaxSnappyRatio = 22;

    /// <summary>Decodes; the result takes the place of the body it was made from, which is disposed of.</summary>
    /// <exception cref="BodyRefusedException">413 over the limit, 400 when the bytes are not what the coding says, 503 without memory.</exception>
    public static PooledBody Decode(PooledBody body, ContentCoding coding, BodyBudget budget, int limit)
    {
        if (coding == ContentCoding.Identity)
        {
            return body;
        }

        using (body)
        {
            if (coding == ContentCoding.Snappy)
            {
                return DecodeSnappy(body, budget, limit);
            }

            try
            {
                using var source = Open(body, coding);
                return Copy(source, budget, (int)Math.Min(4L * body.Length, limit), limit);
            }
            catch (Exception e) when (e is InvalidDataException or ZstdException or IOException or InvalidOperationException)
            {
                throw BodyRefusedException.Damaged(coding.ToString().ToLowerInvariant(), e);
            }
        }
    }

    private static PooledBody DecodeSnappy(PooledBody body, BodyBudget budget, int limit)
    {
        PooledBody? decoded = null;
        try
        {
            var length = DeclaredLength(body.Span);
            if (length > limit)
            {
                throw BodyRefusedException.TooLarge(limit);
            }

            if (length < 0 || length > (long)body.Length * MaxSnappyRatio)
            {
                throw BodyRefusedException.Damaged("snappy");
            }

            decoded = new PooledBody(budget, (int)length, limit);
            var written = length == 0 ? 0 : Snappy.Decompress(body.Span, decoded.GetSpan());
            if (written != length)
            {
                throw BodyRefusedException.Damaged("snappy");
            }

            decoded.Advance(written);
            return decoded;
        }
        catch (BodyRefusedException)
        {
            decoded?.Dispose();
            throw;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            decoded?.Dispose();
            throw BodyRefusedException.Damaged("snappy", e);
        }
    }

    /// <summary>The number that a snappy block begins with, however large; -1 when it does not begin with one.</summary>
    private static long DeclaredLength(ReadOnlySpan<byte> block)
    {
        const int MaxBytes = 5;
        long length = 0;
        for (var i = 0; i < Math.Min(block.Length, MaxBytes); i++)
        {
            length |= (block[i] & 0x7fL) << (7 * i);
            if (block[i] < 0x80)
            {
                return length;
            }
        }

        return -1;
    }

    private static Stream Open(PooledBody body, ContentCoding coding)
    {
        var bytes = body.AsStream();
        switch (coding)
        {
            case ContentCoding.Gzip:
                return new GZipStream(bytes, CompressionMode.Decompress);
            case ContentCoding.Deflate:
                // HTTP means the zlib format by "deflate", but many senders leave its header out.
                return HasZlibHeader(body.Span)
                    ? new ZLibStream(bytes, CompressionMode.Decompress)
                    : new DeflateStream(bytes, CompressionMode.Decompress);
            case ContentCoding.Brotli:
                return new BrotliStream(bytes, CompressionMode.Decompress);
            default:
                var zstd = new DecompressionStream(bytes, leaveOpen: false);
                zstd.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, MaxZstdWindowLog);
                return zstd;
        }
    }

    private static PooledBody Copy(Stream source, BodyBudget budget, int capacity, int limit)
    {
        var decoded = new PooledBody(budget, capacity, limit);
        try
        {
            while (source.Read(decoded.GetSpan()) is var read and > 0)
            {
                decoded.Advance(read);
            }

            return decoded;
        }
        catch
        {
            decoded.Dispose();
            throw;
        }
    }

    private static bool HasZlibHeader(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 2 && (bytes[0] & 0x0f) == 8 && ((bytes[0] << 8) | bytes[1]) % 31 == 0;
}

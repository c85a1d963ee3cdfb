using System.Text.Json;
using Metrics.Core.Blocks;
using Metrics.Core.Query;

namespace Metrics.Gateway.Query;

/// <summary>Writes what a query read: <c>"explain":[{"from":…,"to":…,"tier":"warm","resolution":"1h",…}]</c>.</summary>
internal static class ExplainAnswer
{
    private static readonly JsonEncodedText From = JsonEncodedText.Encode("from");
    private static readonly JsonEncodedText To = JsonEncodedText.Encode("to");

    public static void Write(Utf8JsonWriter json, QueryExplain explain)
    {
        json.WriteStartArray("explain");
        foreach (var part in explain.Parts)
        {
            json.WriteStartObject();
            QueryAnswer.WriteTimestamp(json, From, part.FromMs);
            QueryAnswer.WriteTimestamp(json, To, part.ToMs);
            json.WriteString("tier", NameOf(part.Tier));
            json.WriteString("resolution", part.Resolution.Name());
            json.WriteNumber("series", part.Series);
            json.WriteNumber("blocks", part.Blocks);
            json.WriteNumber("chunks", part.Chunks);
            json.WriteNumber("chunksByAggregates", part.ChunksByAggregates);
            json.WriteNumber("samples", part.Samples);
            json.WriteNumber("rows", part.Rows);
            json.WriteNumber("bytes", part.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string NameOf(BlockTier tier) => tier switch
    {
        BlockTier.Hot => "hot",
        BlockTier.Warm => "warm",
        _ => "cold",
    };
}

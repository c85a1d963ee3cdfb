using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Metrics.Core.Query;
using Metrics.Grains.Interfaces.Storage;

namespace Metrics.Gateway.Storage;

/// <summary>What <c>GET /api/v1/retention</c> answers. Lengths are written as in requests: <c>7d</c>.</summary>
internal static class RetentionAnswer
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Rules Of(RetentionRules rules) => new(Of(rules.Default), [.. rules.Policies.Select(Of)]);

    public static Policy Of(RetentionPolicyRule rule) => new(
        rule.Name,
        rule.Metric,
        rule.Tags.Length == 0 ? null : [.. rule.Tags.Select(Text)],
        Text(rule.RawMs),
        Text(rule.MinuteMs),
        Text(rule.HourMs),
        Text(rule.DayMs),
        rule.FromSettings ? true : null);

    /// <summary>As the <c>match</c> parameter of a listing has it.</summary>
    private static string Text(TagMatcher matcher) => matcher.Kind switch
    {
        MatchKind.Equal => $"{matcher.Key}={matcher.Values[0]}",
        MatchKind.NotEqual => $"{matcher.Key}!={matcher.Values[0]}",
        MatchKind.Regex => $"{matcher.Key}=~{matcher.Values[0]}",
        MatchKind.NotRegex => $"{matcher.Key}!~{matcher.Values[0]}",
        MatchKind.In => $"{matcher.Key} in ({string.Join(", ", matcher.Values)})",
        _ => $"{matcher.Key}!=",
    };

    private static string? Text(long? milliseconds) => milliseconds switch
    {
        null => null,
        { } ms when ms % 86_400_000 == 0 => FormattableString.Invariant($"{ms / 86_400_000}d"),
        { } ms when ms % 3_600_000 == 0 => FormattableString.Invariant($"{ms / 3_600_000}h"),
        { } ms => FormattableString.Invariant($"{ms}ms"),
    };

    internal sealed record Rules(Policy Default, IReadOnlyList<Policy> Policies);

    internal sealed record Policy(
        string Name,
        string Metric,
        IReadOnlyList<string>? Tags,
        string? Raw,
        [property: JsonPropertyName("1m")] string? Minute,
        [property: JsonPropertyName("1h")] string? Hour,
        [property: JsonPropertyName("1d")] string? Day,
        bool? FromSettings);
}

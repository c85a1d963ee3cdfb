using FsCheck;
using FsCheck.Fluent;
using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Core.Tests.Index;

/// <summary>Series and selectors over a small alphabet, so that they meet.</summary>
internal static class Generators
{
    private static readonly string[] Metrics = ["cpu", "mem", "disk.io"];
    private static readonly string[] Keys = ["host", "region", "dc", "rack"];
    private static readonly string[] Values = ["a", "b", "ab", "abc", "a.b", "a\nb", "b-1", "b-22", "eu-west-1", "eu-west-2", "cpu", "é|(x)"];

    private static readonly string[] Patterns =
    [
        "", "a", "a|b", "(a|ab)", "(?:b-1|b-22|)", "a.*", ".*b", ".*b.*", ".*", ".+", "a.b", @"a\.b", "b-[0-9]+", "b-.+", "(a|b).*", "[^a]+", "a?b?c?",
        "eu-west-.", "EU-.*", "(?i)EU-.*", "x", "x.*", "a|", "|", @"é\|\(x\)", @"\w+", "a|b.*", ".*.*", "(?:)", "(a)(b)",
    ];

    private static readonly Gen<Tag[]> Tags =
        Gen.SubListOf(Keys).SelectMany(keys =>
            Gen.ArrayOf(Gen.Elements(Values), keys.Count).Select(values => keys.Zip(values, static (k, v) => new Tag(k, v)).ToArray()));

    public static Gen<SeriesKey> Series { get; } =
        Gen.Elements(Metrics).SelectMany(static metric => Tags.Select(tags => SeriesKey.Create(metric, tags)));

    public static Gen<TagMatcher> Matcher { get; } =
        Gen.Elements([.. Keys, "missing"]).SelectMany(static key => Gen.OneOf(
            Gen.Elements([.. Values, "", "unknown"]).Select(v => TagMatcher.Equal(key, v)),
            Gen.Elements([.. Values, "", "unknown"]).Select(v => TagMatcher.NotEqual(key, v)),
            Gen.Elements(Patterns).Select(p => TagMatcher.Regex(key, p)),
            Gen.Elements(Patterns).Select(p => TagMatcher.NotRegex(key, p)),
            Gen.NonEmptyListOf(Gen.Elements([.. Values, "", "unknown"])).Select(v => TagMatcher.In(key, [.. v])),
            Gen.Constant(TagMatcher.Has(key))));

    public static Gen<SeriesSelector> Selector { get; } =
        Gen.Elements([null, "unknown", .. Metrics]).SelectMany(static metric =>
            Gen.Choose(0, 3).SelectMany(count => Gen.ArrayOf(Matcher, count)).Select(matchers => new SeriesSelector(metric, matchers)));
}

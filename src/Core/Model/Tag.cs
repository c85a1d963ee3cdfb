namespace Metrics.Core.Model;

/// <summary>One dimension of a series, such as <c>region = us-east-1</c>.</summary>
/// <param name="Key">1 to 128 bytes of UTF-8.</param>
/// <param name="Value">1 to 1,024 bytes of UTF-8; an empty value is the same as no tag.</param>
public readonly record struct Tag(string Key, string Value);

namespace Metrics.Core.ObjectStorage;

/// <summary>
/// The names that every kind of store takes: paths of 1 to 512 letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, whose parts between
/// the <c>/</c> have 1 to 200 of them and neither begin nor end with a point.
/// </summary>
public static class ObjectName
{
    public const int MaxLength = 512;
    public const int MaxPartLength = 200;

    /// <exception cref="ArgumentException">No store takes it.</exception>
    public static void Check(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (Problem(name, isPrefix: false) is { } problem)
        {
            throw new ArgumentException($"The object name \"{name}\" {problem}.", nameof(name));
        }
    }

    /// <summary>The beginning of a name, the empty one included.</summary>
    /// <exception cref="ArgumentException">No name begins so.</exception>
    public static void CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (Problem(prefix, isPrefix: true) is { } problem)
        {
            throw new ArgumentException($"The prefix \"{prefix}\" of object names {problem}.", nameof(prefix));
        }
    }

    public static bool IsValid(string name) => !string.IsNullOrEmpty(name) && Problem(name, isPrefix: false) is null;

    private static string? Problem(string name, bool isPrefix)
    {
        if (name.Length > MaxLength)
        {
            return $"has more than {MaxLength} characters";
        }

        var rest = name.AsSpan();
        while (true)
        {
            var end = rest.IndexOf('/');
            var isLast = end < 0;
            var part = isLast ? rest : rest[..end];
            if (PartProblem(part, isPrefix && isLast) is { } problem)
            {
                return problem;
            }

            if (isLast)
            {
                return null;
            }

            rest = rest[(end + 1)..];
        }
    }

    private static string? PartProblem(ReadOnlySpan<char> part, bool isOpen)
    {
        foreach (var c in part)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return "has characters other than letters, digits, '.', '_', '-' and '/'";
            }
        }

        if (part.Length > MaxPartLength)
        {
            return $"has a part of more than {MaxPartLength} characters";
        }

        if (part.IsEmpty)
        {
            return isOpen ? null : "has an empty part";
        }

        return part[0] == '.' || (part[^1] == '.' && !isOpen) ? "has a part that begins or ends with a point" : null;
    }
}

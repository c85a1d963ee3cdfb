using System.Globalization;

namespace Metrics.LoadGenerator;

/// <summary>Options as <c>--name value</c>. Each is asked for once with its default; what nobody asked for is refused by name.</summary>
internal sealed class CommandLine
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public CommandLine(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == arguments.Count)
            {
                throw new UsageException($"'{arguments[i]}' is not an option with a value; write --name value.");
            }

            _values[arguments[i][2..]] = arguments[i + 1];
        }
    }

    public string? Text(string name)
    {
        _asked.Add(name);
        return _values.GetValueOrDefault(name);
    }

    public string Text(string name, string fallback) => Text(name) ?? fallback;

    public long? Number(string name) => Text(name) switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var value) => value,
        var text => throw new UsageException($"--{name} is '{text}'; write a whole number."),
    };

    public int Number(string name, int fallback, int min = 1, int max = int.MaxValue)
    {
        var value = Number(name) ?? fallback;
        return value >= min && value <= max
            ? (int)value
            : throw new UsageException($"--{name} is {value}; write {min} to {max}.");
    }

    /// <exception cref="UsageException">An option was given that nothing asked for.</exception>
    public void RefuseOthers()
    {
        var unknown = _values.Keys.FirstOrDefault(name => !_asked.Contains(name));
        if (unknown is not null)
        {
            throw new UsageException($"--{unknown} is not an option here; these are: {string.Join(' ', _asked.Order().Select(static n => $"--{n}"))}");
        }
    }
}

/// <summary>The command line is wrong; the message says what to write.</summary>
internal sealed class UsageException(string message) : Exception(message);

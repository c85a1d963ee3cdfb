namespace Metrics.Silo.Settings;

/// <summary>Looks at <c>Logging:LogLevel</c>, for the whole server and for single providers, before a logger is made with it.</summary>
internal static class LogLevels
{
    /// <exception cref="SettingException">One of them is no level.</exception>
    public static void Check(IConfiguration configuration)
    {
        var logging = configuration.GetSection("Logging");
        foreach (var levels in logging.GetChildren().Select(static provider => provider.GetSection("LogLevel")).Append(logging.GetSection("LogLevel")))
        {
            foreach (var category in levels.GetChildren())
            {
                if (category.Value is { Length: > 0 } level && !Enum.TryParse<LogLevel>(level, ignoreCase: true, out _))
                {
                    throw new SettingException(
                        $"{category.Path} is \"{level}\"; set it to one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
                }
            }
        }
    }
}

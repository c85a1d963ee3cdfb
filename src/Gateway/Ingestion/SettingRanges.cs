using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Ingestion;

/// <summary>Collects the settings of one section that are out of their range.</summary>
internal sealed class SettingRanges(string section)
{
    private readonly List<string> _failures = [];

    public ValidateOptionsResult Result =>
        _failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);

    public void Add(string failure) => _failures.Add(failure);

    /// <summary>Notes the setting unless min ≤ value ≤ max; the message names the setting, its value and the range.</summary>
    public void Check<T>(string setting, T value, T min, T max)
        where T : IComparable<T>
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
        {
            _failures.Add($"{section}:{setting} is {value}; set it to a value from {min} to {max}.");
        }
    }
}

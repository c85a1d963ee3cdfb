using System.Text.RegularExpressions;
using Metrics.Dashboard.Data;
using Microsoft.AspNetCore.Components;

namespace Metrics.Dashboard.Explore;

/// <summary>One tag filter being written.</summary>
public partial class FilterEditor : ComponentBase
{
    private string? _key;
    private string? _operator = "=";
    private string? _value;
    private string? _problem;

    [Parameter]
    public string? Metric { get; set; }

    /// <summary>The metric's tag keys.</summary>
    [Parameter]
    public IReadOnlyList<string> Keys { get; set; } = [];

    /// <summary>The filter to change; null for a new one.</summary>
    [Parameter]
    public TagFilter? Initial { get; set; }

    [Parameter]
    public EventCallback<TagFilter> OnDone { get; set; }

    [Parameter]
    public EventCallback OnCancel { get; set; }

    [Inject]
    private MetricsQueries Queries { get; set; } = null!;

    protected override void OnInitialized() =>
        (_key, _operator, _value) = Initial is null ? (null, "=", null) : (Initial.Key, Initial.Operator, Initial.Value);

    private void OnKey(string? key)
    {
        if (key != _key)
        {
            _key = key;
            _value = null;
        }
    }

    private Task<IEnumerable<string>> SearchKeys(string? text, CancellationToken cancellation) => Task.FromResult(
        string.IsNullOrEmpty(text) || text == _key ? Keys : Keys.Where(key => key.Contains(text, StringComparison.OrdinalIgnoreCase)));

    private async Task<IEnumerable<string>> SearchValues(string? text, CancellationToken cancellation) =>
        Metric is null || string.IsNullOrEmpty(_key) ? [] : await Queries.TagValues(Metric, _key, text == _value ? null : text, cancellation);

    private async Task Apply()
    {
        _problem = string.IsNullOrEmpty(_key) ? "Choose a tag first." : RegexProblem();
        if (_problem is null)
        {
            await OnDone.InvokeAsync(new TagFilter(_key!, _operator ?? "=", _value ?? ""));
        }
    }

    private string? RegexProblem()
    {
        if (_operator is not ("=~" or "!~"))
        {
            return null;
        }

        try
        {
            // Only whether it parses, by the engine that the server uses.
            _ = new Regex(_value ?? "", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return null;
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return error.Message;
        }
    }
}

using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Metrics.Dashboard;

/// <summary>The document. Everything in it comes from this server: no outside host, no inline script.</summary>
public partial class App : ComponentBase
{
    /// <summary>Where this library's own static files are.</summary>
    private const string Own = "_content/Metrics.Dashboard";

    // Nothing is prerendered: every query would run twice, and the server does not know the viewer's theme.
    private static readonly InteractiveServerRenderMode Interactive = new(prerender: false);
}

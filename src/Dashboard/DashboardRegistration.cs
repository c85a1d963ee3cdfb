using Metrics.Dashboard.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Metrics.Dashboard;

/// <summary>How a host takes the dashboard in.</summary>
public static class DashboardRegistration
{
    /// <summary>
    /// Adds the dashboard's services. The host provides an <see cref="IGrainFactory"/> (a silo or a cluster client) and a
    /// <see cref="TimeProvider"/>, and calls <c>UseStaticWebAssets</c> when it runs from its build output outside Development.
    /// </summary>
    public static IServiceCollection AddMetricsDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        return services.AddPageServices();
    }

    /// <summary>What the pages ask for, without the server that runs them.</summary>
    internal static IServiceCollection AddPageServices(this IServiceCollection services)
    {
        services.AddMudServices();
        services.AddScoped<MetricsQueries>();
        return services;
    }

    /// <summary>
    /// Serves the pages at <c>/</c> and <c>/explore</c> and the static files under <c>/_content</c> and <c>/_framework</c>.
    /// </summary>
    public static WebApplication MapMetricsDashboard(this WebApplication app)
    {
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        return app;
    }
}

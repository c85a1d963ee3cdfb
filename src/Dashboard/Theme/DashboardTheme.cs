using MudBlazor;

namespace Metrics.Dashboard.Theme;

/// <summary>Colours and type of both themes; <c>wwwroot/css/app.css</c> has the same colours for what MudBlazor does not draw.</summary>
public static class DashboardTheme
{
    // What the viewer's system has: nothing is fetched from elsewhere.
    private static readonly string[] SystemFonts =
        ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans", "sans-serif"];

    public static readonly MudTheme Instance = new()
    {
        PaletteDark = new PaletteDark
        {
            Primary = "#6ea8ff",
            PrimaryContrastText = "#08111f",
            Secondary = "#3ecf8e",
            Background = "#0b0e14",
            BackgroundGray = "#0b0e14",
            Surface = "#12161f",
            AppbarBackground = "#0f131b",
            AppbarText = "#e6e9ef",
            DrawerBackground = "#0f131b",
            DrawerText = "#c3cad6",
            DrawerIcon = "#9aa5b5",
            TextPrimary = "#e6e9ef",
            TextSecondary = "#9aa5b5",
            ActionDefault = "#9aa5b5",
            LinesDefault = "#242c3a",
            LinesInputs = "#3a4558",
            TableLines = "#242c3a",
            TableHover = "#191f2b",
            Divider = "#242c3a",
            Success = "#4ac26b",
            Warning = "#e3b341",
            Error = "#ff7b72",
        },
        PaletteLight = new PaletteLight
        {
            Primary = "#0b5cc4",
            Secondary = "#12875a",
            Background = "#f4f6f9",
            BackgroundGray = "#f4f6f9",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1a2230",
            DrawerBackground = "#ffffff",
            DrawerText = "#38445a",
            DrawerIcon = "#566174",
            TextPrimary = "#1a2230",
            TextSecondary = "#566174",
            ActionDefault = "#566174",
            LinesDefault = "#dbe1ea",
            LinesInputs = "#b4bfce",
            TableLines = "#dbe1ea",
            TableHover = "#f0f3f7",
            Divider = "#dbe1ea",
            Success = "#1a7f37",
            Warning = "#8a5a00",
            Error = "#c02822",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = SystemFonts, FontSize = ".875rem" },
        },
        LayoutProperties = new LayoutProperties { AppbarHeight = "48px", DrawerWidthLeft = "190px", DefaultBorderRadius = "6px" },
    };
}

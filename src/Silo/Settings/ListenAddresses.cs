namespace Metrics.Silo.Settings;

/// <summary>Looks at <c>--urls</c> before anything is started for it.</summary>
internal static class ListenAddresses
{
    /// <exception cref="SettingException">One of them is no address.</exception>
    public static void Check(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!IsAddress(url))
            {
                throw new SettingException($"--urls: {url} is no address to listen at. Set it to one such as http://127.0.0.1:8080.");
            }
        }
    }

    private static bool IsAddress(string url)
    {
        try
        {
            return BindingAddress.Parse(url) is { Scheme: "http" or "https", Port: >= 0 and <= 65_535 };
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

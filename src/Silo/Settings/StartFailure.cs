using System.Net.Sockets;
using Metrics.Core.Files;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Metrics.Silo.Settings;

/// <summary>Turns what went wrong at the start into one line that says what to change; null for what is our own fault.</summary>
internal static class StartFailure
{
    public static string? Explain(Exception exception) => exception switch
    {
        SettingException e => e.Message,
        OptionsValidationException e => string.Join(" ", e.Failures),
        FileLockedException e => $"{e.Message} Stop that process, or set Metrics:DataPath to another directory.",
        InvalidDataException e => e.Message,
        AggregateException { InnerExceptions: [var inner, ..] } => Explain(inner),
        IOException { InnerException: AddressInUseException } e => $"{e.Message} Set --urls to another port.",
        IOException { InnerException: SocketException } e => e.Message,
        SocketException e => $"Cannot listen at the address that is asked for: {e.Message}. Set --urls to an address of this machine and a free port.",
        InvalidOperationException e when e.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) =>
            $"{e.Message} {Wanted(e.Message)}",
        InvalidOperationException e when e.Message.StartsWith("Unable to configure HTTPS endpoint", StringComparison.Ordinal) =>
            "--urls asks for https, and there is no certificate. Set Kestrel:Certificates:Default:Path to one, or --urls to an http address.",
        IOException or UnauthorizedAccessException => $"{exception.Message} Set Metrics:DataPath to a directory that can be written.",
        { InnerException: { } inner } => Explain(inner),
        _ => null,
    };

    /// <summary>What a value that could not be converted should have been.</summary>
    private static string Wanted(string message) => message.TrimEnd('.', '\'') switch
    {
        var m when m.EndsWith("Boolean", StringComparison.Ordinal) => "Set it to true or false.",
        var m when m.EndsWith("TimeSpan", StringComparison.Ordinal) => "Set it to a time such as 00:00:10 (hours:minutes:seconds).",
        var m when m.EndsWith("Int32", StringComparison.Ordinal) || m.EndsWith("Int64", StringComparison.Ordinal) => "Set it to a whole number.",
        _ => "Set it to a value of that kind.",
    };
}

/// <summary>A setting that cannot be; the message says what to change.</summary>
public sealed class SettingException(string message) : Exception(message);

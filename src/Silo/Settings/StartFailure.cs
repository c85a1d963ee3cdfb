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
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } e => $"{e.Message}.",
        InvalidOperationException e when e.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) =>
            e.Message,
        IOException or UnauthorizedAccessException => $"{exception.Message} Set Metrics:DataPath to a directory that can be written.",
        { InnerException: { } inner } => Explain(inner),
        _ => null,
    };
}

/// <summary>A setting that cannot be; the message says what to change.</summary>
public sealed class SettingException(string message) : Exception(message);

using Metrics.Core.Backup;
using Metrics.Core.Files;
using Metrics.Core.ObjectStorage;
using Metrics.Silo.Settings;

namespace Metrics.Silo.Commands;

/// <summary>What the program does besides serving: <c>backup</c>, <c>restore</c>, <c>verify</c>.</summary>
internal static class Command
{
    private const string Help =
        """
        metrics                        runs the server; settings: docs/operations.md
        metrics backup <place>         copies everything that the running server has to a place, what is there already excepted
        metrics restore <place>        makes a data set out of the newest backup of a place, or of --id=20261122T201500Z
        metrics verify [<place>]       checks every checksum and index of the blocks of the data set, or of a place's backups

        Exit codes: 0 done, 1 damage was found, 2 it could not be done.

        A place is a directory, azure://container/prefix or s3://bucket/prefix; credentials are those of Metrics:ObjectStore.
        Settings such as --Metrics:DataPath=/var/lib/metrics say which data set. --url=http://127.0.0.1:8080 says where its server
        listens; --offline=true backs up what is in blocks without a server.
        """;

    /// <summary>Whether the arguments are for this, and not for the server.</summary>
    public static bool IsOne(string[] args) => args is [{ } verb, ..] && verb.Length > 0 && (verb[0] != '-' || verb is "--help" or "-h");

    /// <returns>The exit code: 0 done, 1 damage was found, 2 it could not be done.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        try
        {
            var arguments = CommandArguments.Parse(args);
            return arguments.Verb switch
            {
                "backup" => await BackupCommand.RunAsync(arguments, stop.Token),
                "restore" => await RestoreCommand.RunAsync(arguments, stop.Token),
                "verify" => await VerifyCommand.RunAsync(arguments, stop.Token),
                _ => ShowHelp(),
            };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Fail("broken off; begun again it goes on from here");
        }
        catch (Exception e) when (e is BackupException or ObjectStoreException)
        {
            return Fail(e.Message);
        }
        catch (FileLockedException e)
        {
            return Fail($"{e.Message} Stop the server that runs there, or set Metrics:DataPath to another directory.");
        }
        catch (HttpRequestException e)
        {
            return Fail($"The server cannot be asked: {e.Message}");
        }
        catch (Exception e) when (StartFailure.Explain(e) is { } explanation)
        {
            return Fail(explanation);
        }
    }

    private static int ShowHelp()
    {
        Text.Write(Help);
        return 0;
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine($"metrics: {message}");
        return 2;
    }
}

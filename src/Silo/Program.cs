using Metrics.Silo.Commands;
using Metrics.Silo.Hosting;
using Metrics.Silo.Settings;

if (Command.IsOne(args))
{
    return await Command.RunAsync(args);
}

try
{
    await using var app = SiloApplication.Build(args);
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (Exception e) when (StartFailure.Explain(e) is { } explanation)
{
    // What whoever starts it can mend: one line that says what to change, no stack.
    await Console.Error.WriteLineAsync($"metrics: {explanation}");
    return 2;
}

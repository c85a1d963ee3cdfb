using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Metrics.Benchmarks.Compression;
using Metrics.Benchmarks.Maintenance;

// "compression-sizes" prints the tables of docs/decisions/0002-value-codec.md, "maintenance-cost [series] [hours] [kind]" what a sample costs
// between memory and a day's block; anything else goes to BenchmarkDotNet.
if (args is ["compression-sizes"])
{
    CodecComparison.Print(Console.Out);
}
else if (args is ["maintenance-cost", .. var rest])
{
    await MaintenanceCost.PrintAsync(rest, Console.Out);
}
else
{
    // In process: a project of its own is looked for by the assembly's name, which here is not the project file's.
    IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
}

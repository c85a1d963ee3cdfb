using BenchmarkDotNet.Running;
using Metrics.Benchmarks.Compression;

// "compression-sizes" prints the table of docs/decisions/0002-value-codec.md; anything else goes to BenchmarkDotNet.
if (args is ["compression-sizes"])
{
    CodecComparison.Print(Console.Out);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}

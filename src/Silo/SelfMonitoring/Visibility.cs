using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Metrics.Silo.Tests")]

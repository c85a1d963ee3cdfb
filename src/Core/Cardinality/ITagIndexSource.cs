using Metrics.Core.Index;

namespace Metrics.Core.Cardinality;

/// <summary>Who has the indexes of the process's shards.</summary>
public interface ITagIndexSource
{
    /// <summary>The indexes at this moment, all with one symbol table.</summary>
    IReadOnlyCollection<TagIndex> Indexes { get; }
}

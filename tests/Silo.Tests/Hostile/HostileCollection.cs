namespace Metrics.Silo.Tests.Hostile;

/// <summary>All attacks are made on the same server.</summary>
[CollectionDefinition(nameof(HostileCollection))]
public sealed class HostileCollection : ICollectionFixture<AttackedSilo>;

namespace Metrics.Browser.Tests;

/// <summary>All browser tests look at the same server.</summary>
[CollectionDefinition(nameof(DashboardCollection))]
public sealed class DashboardCollection : ICollectionFixture<DashboardFixture>;

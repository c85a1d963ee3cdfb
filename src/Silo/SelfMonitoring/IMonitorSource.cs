namespace Metrics.Silo.SelfMonitoring;

/// <summary>Something that is looked at each tick. Called by one thread at a time; what cannot be read is left out.</summary>
internal interface IMonitorSource
{
    void Collect(in Tick tick, SampleSink sink);
}

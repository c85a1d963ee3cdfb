using System.Diagnostics.Metrics;

namespace Metrics.Silo.SelfMonitoring.Instruments;

/// <summary>
/// Listens in this process to the instruments of a table and gives, once a tick, the figure of each metric: what an OpenTelemetry exporter
/// would send elsewhere.
/// </summary>
internal sealed class InstrumentReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<(string Meter, string Instrument), State> _states = [];
    private readonly (string Metric, (InstrumentMapping Mapping, State State)[] Rows)[] _metrics;
    private readonly object? _scope;

    /// <param name="table">What to listen to; an instrument may feed several rows.</param>
    /// <param name="scope">
    /// The meter factory whose meters count, beside those of no factory: in tests several servers share a process. Null for all.
    /// </param>
    public InstrumentReader(IReadOnlyList<InstrumentMapping> table, object? scope = null)
    {
        _scope = scope;
        foreach (var group in table.GroupBy(static row => (row.Meter, row.Instrument)))
        {
            var histogram = group.Any(static row => row.Reading == InstrumentReading.P99) ? new LogHistogram() : null;
            _states.Add(group.Key, new State(new InstrumentAccumulator(histogram)));
        }

        _metrics = [.. table
            .GroupBy(static row => row.Metric)
            .Select(metric => (metric.Key, metric.Select(row => (row, _states[(row.Meter, row.Instrument)])).ToArray()))];
        _listener.InstrumentPublished = Publish;
        _listener.SetMeasurementEventCallback<long>(static (_, value, _, state) => ((State)state!).Take(value));
        _listener.SetMeasurementEventCallback<int>(static (_, value, _, state) => ((State)state!).Take(value));
        _listener.SetMeasurementEventCallback<double>(static (_, value, _, state) => ((State)state!).Take(value));
        _listener.Start();
    }

    /// <summary>The metrics of the table, in its order, each once.</summary>
    public IReadOnlyList<string> Metrics => Array.ConvertAll(_metrics, static metric => metric.Metric);

    /// <summary>Asks the observable instruments and reads every metric that has something to say.</summary>
    /// <param name="tick">The moment.</param>
    /// <param name="read">Given the metric's place in <see cref="Metrics"/> and its figure.</param>
    /// <param name="state">Passed on to it.</param>
    public void Read<T>(in Tick tick, Action<T, int, double> read, T state)
    {
        foreach (var known in _states.Values)
        {
            known.Accumulator.BeginTick(known.Kind == Kind.Observable);
        }

        _listener.RecordObservableInstruments();
        for (var i = 0; i < _metrics.Length; i++)
        {
            if (Figure(_metrics[i].Rows, tick) is { } figure)
            {
                read(state, i, figure);
            }
        }

        foreach (var known in _states.Values)
        {
            known.Accumulator.EndTick();
        }
    }

    public void Dispose() => _listener.Dispose();

    private static double? Figure((InstrumentMapping Mapping, State State)[] rows, in Tick tick)
    {
        double? sum = null;
        foreach (var (mapping, known) in rows)
        {
            if (known.Accumulator.IsPublished && Figure(mapping.Reading, known.Accumulator, tick) is { } figure)
            {
                sum = (sum ?? 0) + (figure * mapping.Scale);
            }
        }

        return sum;
    }

    private static double? Figure(InstrumentReading reading, InstrumentAccumulator accumulator, in Tick tick) => reading switch
    {
        _ when !accumulator.HasSpoken => null,
        InstrumentReading.PerSecond => tick.Rate(accumulator.PreviousTotal, accumulator.Total),
        InstrumentReading.Value => accumulator.Total,
        _ => accumulator.Histogram is { Count: > 0 } histogram ? histogram.Quantile(0.99) : null,
    };

    private void Publish(Instrument instrument, MeterListener listener)
    {
        if (!_states.TryGetValue((instrument.Meter.Name, instrument.Name), out var state)
            || (_scope is not null && instrument.Meter.Scope is not null && !ReferenceEquals(instrument.Meter.Scope, _scope)))
        {
            return;
        }

        var type = instrument.GetType();
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        state.Kind = instrument.IsObservable ? Kind.Observable
            : generic == typeof(Histogram<>) ? Kind.Histogram
            : generic == typeof(Gauge<>) ? Kind.Gauge
            : Kind.Counter;
        state.Accumulator.Publish(instrument.IsObservable);
        listener.EnableMeasurementEvents(instrument, state);
    }

    private enum Kind
    {
        Counter,
        Gauge,
        Histogram,
        Observable,
    }

    private sealed class State(InstrumentAccumulator accumulator)
    {
        public InstrumentAccumulator Accumulator { get; } = accumulator;

        public Kind Kind { get; set; }

        public void Take(long value)
        {
            if (Kind == Kind.Counter)
            {
                Accumulator.Add(value);
            }
            else
            {
                Take((double)value);
            }
        }

        public void Take(double value)
        {
            switch (Kind)
            {
                case Kind.Counter: Accumulator.Add(value); break;
                case Kind.Gauge: Accumulator.Set(value); break;
                case Kind.Histogram: Accumulator.Measure(value); break;
                case Kind.Observable: Accumulator.Observe(value); break;
            }
        }
    }
}

using Metrics.Core.Ingestion;
using Metrics.Core.Status;
using Metrics.Silo.SelfMonitoring;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Silo.Tests.SelfMonitoring;

public sealed class SelfMonitorTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_250);

    [Fact]
    public async Task Records_at_whole_seconds_of_the_clock()
    {
        var time = new FakeTimeProvider(Start);
        var writer = new RecordingWriter();
        using var monitor = Create(writer, time);
        await monitor.StartAsync(TestContext.Current.CancellationToken);

        await AdvanceUntil(time, () => writer.Batches.Count >= 3);
        await monitor.StopAsync(TestContext.Current.CancellationToken);

        var stamps = writer.Batches.Select(static batch => batch.Single().TimestampMs).ToArray();
        Assert.All(stamps, static stamp => Assert.Equal(0, stamp % 1000));
        Assert.Equal(stamps.Distinct().Order(), stamps);
        Assert.Equal(1, writer.Keyed);
    }

    [Fact]
    public async Task Goes_on_after_writes_that_fail()
    {
        var time = new FakeTimeProvider(Start);
        var writer = new RecordingWriter { Failure = new WriteUnavailableException("The disk is full.") };
        var counting = new CountingSource(new HostSeries("h"));
        using var monitor = Create(writer, time, counting);
        await monitor.StartAsync(TestContext.Current.CancellationToken);
        await AdvanceUntil(time, () => counting.Ticks >= 3);
        Assert.Empty(writer.Batches);

        writer.Failure = null;
        await AdvanceUntil(time, () => !writer.Batches.IsEmpty);
        await monitor.StopAsync(TestContext.Current.CancellationToken);

        Assert.True(monitor.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Waits_in_silence_until_the_process_is_ready()
    {
        var time = new FakeTimeProvider(Start);
        var writer = new RecordingWriter();
        var counting = new CountingSource(new HostSeries("h"));
        var readiness = new Switch();
        var log = new CountingLogger();
        using var monitor = Create(writer, time, counting, readiness, log);
        await monitor.StartAsync(TestContext.Current.CancellationToken);
        await AdvanceUntil(time, () => readiness.Asked >= 3);
        Assert.Equal(0, counting.Ticks);

        readiness.IsOn = true;
        await AdvanceUntil(time, () => !writer.Batches.IsEmpty);
        await monitor.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, log.Count);
    }

    [Theory]
    [InlineData(1250, 0, 2000)]
    [InlineData(2000, 2000, 3000)]
    [InlineData(1999, 2000, 3000)]
    [InlineData(7400, 2000, 8000)]
    [InlineData(1100, 9_000_000, 2000)]
    public void The_next_tick_is_the_next_multiple_and_never_the_last_one_again(long now, long last, long expected) =>
        Assert.Equal(expected, SelfMonitor.NextTick(now, last, 1000));

    [Theory]
    [InlineData("Interval", "00:00:00.5")]
    [InlineData("Interval", "00:00:01.5")]
    [InlineData("Interval", "02:00:00")]
    [InlineData("FilesystemInterval", "00:00:00")]
    public void A_setting_out_of_range_is_named(string setting, string value)
    {
        using var provider = Services((setting, value)).BuildServiceProvider();

        var problem = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<SelfMonitoringOptions>>().Value);

        Assert.Contains($"Metrics:SelfMonitoring:{setting}", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_runs_when_it_is_off()
    {
        using var provider = Services(("Enabled", "false")).BuildServiceProvider();

        Assert.Empty(provider.GetServices<IHostedService>());
    }

    [Fact]
    public async Task This_host_is_recorded_by_the_registered_services()
    {
        using var provider = Services().BuildServiceProvider();
        var recorder = provider.GetRequiredService<HostRecorder>();
        var time = (FakeTimeProvider)provider.GetRequiredService<TimeProvider>();
        var writer = (RecordingWriter)provider.GetRequiredService<ISampleWriter>();
        for (var i = 0; i < 2; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await recorder.RecordAsync(time.GetUtcNow().ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
        }

        Assert.Single(provider.GetServices<IHostedService>());
        var metrics = writer.Batches.SelectMany(static batch => batch).Select(static point => point.Series.Metric).ToHashSet();
        Assert.Contains("metrics.process.memory_bytes", metrics);
        Assert.Contains("metrics.process.cpu_percent", metrics);
        if (OperatingSystem.IsLinux())
        {
            Assert.Superset(new HashSet<string> { "host.memory.total_bytes", "host.load1" }, metrics);
        }

        Assert.All(writer.Batches.SelectMany(static batch => batch), static point =>
            Assert.Equal(Environment.MachineName, point.Series.ValueOf("host")));
    }

    private static ServiceCollection Services(params (string Setting, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(static s => $"Metrics:SelfMonitoring:{s.Setting}", static s => (string?)s.Value))
            .Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<ISampleWriter, RecordingWriter>();
        services.AddSingleton<TimeProvider>(new FakeTimeProvider(Start));
        services.AddSelfMonitoring(configuration);
        return services;
    }

    private static SelfMonitor Create(
        RecordingWriter writer, FakeTimeProvider time, CountingSource? source = null, IReadiness? readiness = null, ILogger<SelfMonitor>? logger = null)
    {
        var recorder = new HostRecorder(writer, [source ?? new CountingSource(new HostSeries("h"))], time);
        return new SelfMonitor(
            recorder,
            readiness is null ? [] : [readiness],
            Options.Create(new SelfMonitoringOptions()),
            time,
            logger ?? NullLogger<SelfMonitor>.Instance);
    }

    /// <summary>The monitor waits on the clock in a task of its own, so that the clock is moved until it has done the thing.</summary>
    private static async Task AdvanceUntil(FakeTimeProvider time, Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(1, deadline.Token);
        }
    }

    private sealed class CountingSource(HostSeries series) : IMonitorSource
    {
        private readonly MonitoredSeries _series = series.Of("ticks");

        public int Ticks { get; private set; }

        public void Collect(in Tick tick, SampleSink sink) => sink.Add(_series, ++Ticks);
    }

    private sealed class Switch : IReadiness
    {
        private volatile bool _isOn;
        private int _asked;

        public bool IsOn
        {
            set => _isOn = value;
        }

        public int Asked => Volatile.Read(ref _asked);

        public bool IsReady
        {
            get
            {
                Interlocked.Increment(ref _asked);
                return _isOn;
            }
        }

        public string Reason => "the write-ahead log is being replayed";
    }

    private sealed class CountingLogger : ILogger<SelfMonitor>
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Interlocked.Increment(ref _count);
    }
}

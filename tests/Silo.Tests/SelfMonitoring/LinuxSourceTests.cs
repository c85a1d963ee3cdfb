using Metrics.Silo.SelfMonitoring;
using Metrics.Silo.SelfMonitoring.Linux;
using Metrics.Silo.SelfMonitoring.Runtime;
using Microsoft.Extensions.Options;

namespace Metrics.Silo.Tests.SelfMonitoring;

public sealed class LinuxSourceTests : IDisposable
{
    private readonly HostFixture _host = new();

    [Fact]
    public async Task Cpu_is_percent_of_all_cores_since_the_last_tick()
    {
        using var source = new CpuSource(_host.Root, _host.Series);
        _host.Write("proc/stat", "cpu 1000 0 500 8000 10 0 0 0 0 0\n");
        Assert.Empty(await _host.RecordAsync(source));
        _host.Write("proc/stat", "cpu 1050 0 525 8120 15 0 0 0 0 0\n");

        var written = await _host.RecordAsync(source);

        Assert.Equal(25, written["host.cpu.utilization{host=\"h\",mode=\"user\"}"]);
        Assert.Equal(12.5, written["host.cpu.utilization{host=\"h\",mode=\"system\"}"]);
        Assert.Equal(60, written["host.cpu.utilization{host=\"h\",mode=\"idle\"}"]);
        Assert.Equal(2.5, written["host.cpu.utilization{host=\"h\",mode=\"iowait\"}"]);
        Assert.Equal(100, written.Values.Sum());
        Assert.Equal(8, written.Count);
    }

    [Fact]
    public async Task Disks_are_bytes_a_second_without_partitions_and_loops()
    {
        using var source = new DiskSource(_host.Root, _host.Series);
        _host.AddDisk("sda");
        _host.AddDisk("loop0");
        _host.Write("proc/diskstats", Disks(100, 200));
        Assert.Empty(await _host.RecordAsync(source));
        _host.Write("proc/diskstats", Disks(102, 206));

        var written = await _host.RecordAsync(source);

        Assert.Equal(2, written.Count);
        Assert.Equal(1024, written["host.disk.read_bytes_per_second{device=\"sda\",host=\"h\"}"]);
        Assert.Equal(3072, written["host.disk.write_bytes_per_second{device=\"sda\",host=\"h\"}"]);
    }

    [Fact]
    public async Task A_counter_that_falls_gives_no_rate_until_the_tick_after()
    {
        using var source = new NetworkSource(_host.Root, _host.Series);
        var rates = new List<int>();
        foreach (var received in new[] { 1000, 3000, 10, 510 })
        {
            _host.Write("proc/net/dev", $"heading\n eth0: {received} 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n ifb0: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
            var written = await _host.RecordAsync(source);
            rates.Add((int)written.GetValueOrDefault("host.network.receive_bytes_per_second{host=\"h\",interface=\"eth0\"}", -1));
        }

        Assert.Equal([-1, 2000, -1, 500], rates);
        Assert.DoesNotContain(_host.Writer.Batches.SelectMany(static batch => batch), static point => point.Series.ValueOf("interface") == "ifb0");
    }

    [Fact]
    public async Task A_device_that_comes_back_gives_no_rate_over_its_absence()
    {
        using var source = new NetworkSource(_host.Root, _host.Series);
        const string Key = "host.network.receive_bytes_per_second{host=\"h\",interface=\"eth0\"}";
        _host.Write("proc/net/dev", "eth0: 1000 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n");
        await _host.RecordAsync(source);
        _host.Write("proc/net/dev", "");
        for (var i = 0; i < 5; i++)
        {
            await _host.RecordAsync(source);
        }

        _host.Write("proc/net/dev", "eth0: 9000 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n");
        Assert.False((await _host.RecordAsync(source)).ContainsKey(Key));
        _host.Write("proc/net/dev", "eth0: 9100 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n");
        Assert.Equal(100, (await _host.RecordAsync(source))[Key]);
    }

    [Fact]
    public async Task More_devices_than_are_remembered_do_not_grow_memory_and_go_on()
    {
        using var source = new NetworkSource(_host.Root, _host.Series);
        for (var i = 0; i < DeviceRates.MaxDevices; i += 512)
        {
            var lines = Enumerable.Range(i, 512).Select(static n => $"tap{n}: 1000 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0");
            _host.Write("proc/net/dev", string.Join('\n', lines));
            await _host.RecordAsync(source);
        }

        _host.Write("proc/net/dev", "eth9: 1000 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n");
        await _host.RecordAsync(source);
        _host.Write("proc/net/dev", "eth9: 1700 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n");

        Assert.Equal(700, (await _host.RecordAsync(source))["host.network.receive_bytes_per_second{host=\"h\",interface=\"eth9\"}"]);
    }

    [Fact]
    public async Task What_a_host_does_not_have_is_left_out()
    {
        using var cpu = new CpuSource(_host.Root, _host.Series);
        using var memory = new MemorySource(_host.Root, _host.Series);
        using var load = new LoadSource(_host.Root, _host.Series);
        using var disk = new DiskSource(_host.Root, _host.Series);
        using var network = new NetworkSource(_host.Root, _host.Series);
        _host.Write("proc/meminfo", "MemTotal: 4 kB\nMemAvailable: 1 kB\n");

        var written = await _host.RecordAsync(cpu, memory, load, disk, network);

        Assert.Equal(
            ["host.memory.available_bytes{host=\"h\"}", "host.memory.total_bytes{host=\"h\"}", "host.memory.used_bytes{host=\"h\"}"],
            written.Keys.Order());
        Assert.Equal(3072, written["host.memory.used_bytes{host=\"h\"}"]);
    }

    [Fact]
    public async Task Filesystems_are_looked_at_once_in_their_own_interval()
    {
        var mountPoint = Path.GetTempPath();
        _host.Write("proc/self/mounts", $"/dev/sda1 {mountPoint} ext4 rw 0 0\n/dev/sdb1 /no/such/folder ext4 rw 0 0\n");
        using var mounts = new LinuxMountTable(_host.Root);
        var source = new FilesystemSource(mounts, _host.Series, Options.Create(new SelfMonitoringOptions()));
        var counts = new List<int>();
        for (var i = 0; i < 12; i++)
        {
            counts.Add((await _host.RecordAsync(source)).Count);
        }

        Assert.Equal([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0], counts);
        var written = _host.Writer.Batches.First().ToDictionary(static point => point.Series.Metric, static point => point.Value);
        Assert.InRange(written["host.filesystem.used_bytes"], 1, written["host.filesystem.size_bytes"]);
    }

    [Fact]
    public async Task The_process_and_its_heap_are_read_on_any_system()
    {
        var process = new ProcessSource(_host.Series);
        var gc = new GcSource(_host.Series);
        Assert.DoesNotContain("metrics.process.cpu_percent{host=\"h\"}", (await _host.RecordAsync(process, gc)).Keys);
        GC.Collect();

        var written = await _host.RecordAsync(process, gc);

        Assert.InRange(written["metrics.process.memory_bytes{host=\"h\"}"], 1 << 20, 1L << 40);
        Assert.Contains(_host.Writer.Batches, static batch => batch.Any(static point =>
            point.Series.Metric == "metrics.gc.heap_bytes" && point.Value is > 1 << 10 and < 1L << 40));
        Assert.True(written["metrics.process.cpu_percent{host=\"h\"}"] > 0);
        Assert.True(written["metrics.gc.pause_percent{host=\"h\"}"] > 0);
    }

    public void Dispose() => _host.Dispose();

    private static string Disks(int read, int written) =>
        $"""
           7       0 loop0 1 1 {read} 1 1 1 {written} 1 0 0 0
           8       0 sda 1 1 {read} 1 1 1 {written} 1 0 0 0
           8       1 sda1 1 1 {read} 1 1 1 {written} 1 0 0 0
        """;
}

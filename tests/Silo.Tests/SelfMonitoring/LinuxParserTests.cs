using System.Text;
using Metrics.Silo.SelfMonitoring.Linux;

namespace Metrics.Silo.Tests.SelfMonitoring;

public sealed class LinuxParserTests
{
    [Fact]
    public void Reads_the_line_of_all_cores_and_leaves_guest_time_alone()
    {
        var ticks = new long[8];

        Assert.True(CpuTimes.TryParse("cpu  10 20 30 40 50 60 70 80 90 100\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 5\n"u8, ticks));

        Assert.Equal([10, 20, 30, 40, 50, 60, 70, 80], ticks);
    }

    [Fact]
    public void Reads_the_four_modes_of_an_old_kernel()
    {
        var ticks = new long[8];

        Assert.True(CpuTimes.TryParse("cpu 1 2 3 4\n"u8, ticks));

        Assert.Equal([1, 2, 3, 4, 0, 0, 0, 0], ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cpu")]
    [InlineData("cpu 1 2 x 4")]
    [InlineData("cpu0 1 2 3 4")]
    [InlineData("cpu 1 2 3 99999999999999999999")]
    public void Refuses_a_cpu_line_that_is_not_whole(string text) =>
        Assert.False(CpuTimes.TryParse(Encoding.UTF8.GetBytes(text), new long[8]));

    [Fact]
    public void Reads_memory_in_bytes()
    {
        Assert.True(MemoryInfo.TryParse("MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable:   400 kB\nHugePages_Total: 0\n"u8, out var memory));

        Assert.Equal((1_024_000, 409_600, 614_400), (memory.Total, memory.Available, memory.Used));
    }

    [Fact]
    public void Takes_free_memory_for_available_where_the_kernel_does_not_say()
    {
        Assert.True(MemoryInfo.TryParse("MemTotal: 1000 kB\nMemFree: 100 kB\n"u8, out var memory));

        Assert.Equal(102_400, memory.Available);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MemTotal: 5 kB")]
    [InlineData("MemFree: 5 kB")]
    [InlineData("MemTotal: many kB\nMemFree: 5 kB")]
    public void Refuses_memory_without_its_figures(string text) =>
        Assert.False(MemoryInfo.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Reads_the_load()
    {
        Assert.True(LoadSource.TryParse("0.52 0.58 0.59 1/389 1234\n"u8, out var load));

        Assert.Equal(0.52, load);
        Assert.False(LoadSource.TryParse(""u8, out _));
        Assert.False(LoadSource.TryParse("much"u8, out _));
    }

    [Fact]
    public void Reads_a_disk_in_sectors_of_512_bytes()
    {
        var line = new FieldReader(" 254       0 vda 37919 12031 100 13985 9358 16009 200 24053 0 8976 38466"u8);

        Assert.True(DiskCounters.TryParseLine(line, out var device, out var read, out var written));

        Assert.Equal("vda", Encoding.UTF8.GetString(device));
        Assert.Equal((51_200, 102_400), (read, written));
        Assert.False(DiskCounters.TryParseLine(new FieldReader("254 0 vda 1 2 3 4 5 6"u8), out _, out _, out _));
    }

    [Theory]
    [InlineData("  eth0: 5821 12761 0 0 0 0 0 0 7210 8429 0 0 0 0 0 0", "eth0")]
    [InlineData("eth0:5821 12761 0 0 0 0 0 0 7210 8429 0 0 0 0 0 0", "eth0")]
    [InlineData("eth0:1: 5821 12761 0 0 0 0 0 0 7210 8429 0 0 0 0 0 0", "eth0:1")]
    public void Reads_an_interface_with_or_without_a_blank_after_its_name(string text, string expected)
    {
        Assert.True(NetworkCounters.TryParseLine(new FieldReader(Encoding.UTF8.GetBytes(text)), out var name, out var received, out var sent));

        Assert.Equal(expected, Encoding.UTF8.GetString(name));
        Assert.Equal((5821, 7210), (received, sent));
    }

    [Theory]
    [InlineData("Inter-|   Receive                                                |  Transmit")]
    [InlineData(" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets")]
    [InlineData("eth0: 1 2 3")]
    public void Passes_over_headings_and_cut_lines_of_interfaces(string text) =>
        Assert.False(NetworkCounters.TryParseLine(new FieldReader(Encoding.UTF8.GetBytes(text)), out _, out _, out _));

    [Fact]
    public void Lists_each_real_filesystem_once()
    {
        const string Mounts = """
            proc /proc proc rw 0 0
            overlay / overlay rw 0 0
            tmpfs /dev/shm tmpfs rw 0 0
            /dev/sda1 /etc/hosts ext4 rw 0 0
            /dev/sda1 /srv ext4 rw 0 0
            /dev/sdb /with\040blank\134s xfs rw 0 0
            /dev/loop3 /snap/core squashfs ro 0 0
            server:/export /mnt/far nfs4 rw 0 0
            tank/home /home zfs rw 0 0
            cut
            """;

        Assert.Equal(["/", "/etc/hosts", "/with blank\\s", "/home"], LinuxMountTable.Parse(Encoding.UTF8.GetBytes(Mounts)));
    }

    [Fact]
    public void Reads_a_file_that_is_not_there_as_empty_and_again_when_it_comes()
    {
        using var fixture = new HostFixture();
        using var file = new ProcFile(fixture.Root.Combine("proc/loadavg"));
        Assert.True(file.Read().IsEmpty);

        fixture.Write("proc/loadavg", "1.5");

        Assert.Equal("1.5"u8.ToArray(), file.Read().ToArray());
    }

    [Fact]
    public void Reads_a_file_larger_than_its_first_buffer_up_to_the_limit()
    {
        using var fixture = new HostFixture();
        fixture.Write("big", new string('x', 20_000));
        using var whole = new ProcFile(fixture.Root.Combine("big"));
        using var limited = new ProcFile(fixture.Root.Combine("big"), maxBytes: 4096);

        Assert.Equal(20_000, whole.Read().Length);
        Assert.Equal(4096, limited.Read().Length);
    }
}

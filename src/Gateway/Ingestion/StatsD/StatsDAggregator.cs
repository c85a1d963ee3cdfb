using System.Security.Cryptography;
using Metrics.Core.Ingestion;
using Metrics.Core.Model;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>
/// Gathers lines between flushes. A line finds its series by a hash of its name, type and tags as they were sent; they are parsed
/// the first time only.
/// </summary>
internal sealed class StatsDAggregator(IOptions<StatsDOptions> options, IOptions<IngestOptions> ingest, TimeProvider time)
{
    // The same tags in several orders are several spellings of one series; a sender that makes up more pays by parsing.
    private const int SpellingsPerSeries = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<WireKey, StatsDSlot> _spellings = [];
    private readonly Dictionary<SeriesId, StatsDSlot> _slots = [];
    private readonly List<StatsDSlot> _touched = [];
    private readonly StatsDBudget _budget = new(options.Value.MaxBufferedValues);
    private readonly BadLineLog _badLines = new();
    private readonly byte[] _identity = new byte[options.Value.MaxLineBytes + 2];
    private readonly long _seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
    private StatsDCounts _counts;
    private DateTimeOffset _swept = time.GetUtcNow();

    /// <summary>Series kept track of.</summary>
    public int SeriesCount
    {
        get
        {
            lock (_gate)
            {
                return _slots.Count;
            }
        }
    }

    /// <summary>Lines, one after another with line feeds between.</summary>
    public void AddPacket(ReadOnlySpan<byte> packet)
    {
        lock (_gate)
        {
            _counts.Packets++;
            while (!packet.IsEmpty)
            {
                var end = packet.IndexOf((byte)'\n');
                var line = end < 0 ? packet : packet[..end];
                packet = end < 0 ? default : packet[(end + 1)..];
                line = line.EndsWith((byte)'\r') ? line[..^1] : line;
                if (!line.IsEmpty)
                {
                    AddLine(line);
                }
            }
        }
    }

    /// <summary>Counts a line that was not even read to its end.</summary>
    public void AddTooLongLine(ReadOnlySpan<byte> start)
    {
        lock (_gate)
        {
            _counts.Lines++;
            NoteBadLine(start, TooLong());
        }
    }

    /// <summary>Hands over everything gathered since the last time.</summary>
    public void Take(List<StatsDSample> destination, DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var slot in _touched)
            {
                destination.Add(slot.Take());
                slot.IsTouched = false;
                slot.LastFlushed = now;
            }

            _touched.Clear();
            _budget.Reset();
            if (now - _swept >= options.Value.IdleTimeout / 4)
            {
                Sweep(now);
            }
        }
    }

    /// <summary>Changes the counts that others than the lines make.</summary>
    public void Count(StatsDCountChange change)
    {
        lock (_gate)
        {
            change(ref _counts);
        }
    }

    public (StatsDCounts Counts, IReadOnlyList<BadLine> BadLines) Snapshot()
    {
        lock (_gate)
        {
            return (_counts with { DroppedValues = _budget.Dropped }, _badLines.Snapshot());
        }
    }

    private void AddLine(ReadOnlySpan<byte> line)
    {
        _counts.Lines++;
        if (line.Length > options.Value.MaxLineBytes)
        {
            NoteBadLine(line, TooLong());
            return;
        }

        if (StatsDLine.IsUnsupported(line))
        {
            _counts.UnsupportedLines++;
            return;
        }

        var problem = StatsDLine.TryParse(line, out var parsed);
        if (problem is null && Find(parsed, out problem) is { } slot)
        {
            problem = slot.Add(parsed.Values, parsed.Rate, _budget);
            if (slot is { HasValues: true, IsTouched: false })
            {
                slot.IsTouched = true;
                _touched.Add(slot);
            }
        }

        if (problem is not null)
        {
            NoteBadLine(line, problem);
        }
    }

    private StatsDSlot? Find(in StatsDLine line, out string? problem)
    {
        problem = null;
        line.Name.CopyTo(_identity);
        _identity[line.Name.Length] = (byte)line.Kind;
        line.Tags.CopyTo(_identity.AsSpan(line.Name.Length + 1));
        var spelling = WireKey.Of(WireKey.Scope.StatsD, _identity.AsSpan(0, line.Name.Length + 1 + line.Tags.Length));
        return _spellings.TryGetValue(spelling, out var slot) && !slot.IsRetired ? slot : Open(line, spelling, out problem);
    }

    private StatsDSlot? Open(in StatsDLine line, WireKey spelling, out string? problem)
    {
        if (line.Kind != StatsDKind.Set && !HasNumber(line.Values))
        {
            problem = StatsDSlot.NotANumber;
            return null;
        }

        if (!StatsDSeriesReader.TryRead(line, ingest.Value.Limits, out var series, out problem))
        {
            return null;
        }

        problem = null;
        if (!_slots.TryGetValue(series.Id, out var slot) && _slots.Count >= options.Value.MaxSeries)
        {
            _counts.DroppedLines++;
            problem = $"is of a new series, and Metrics:StatsD:MaxSeries ({options.Value.MaxSeries}) are kept track of already";
            return null;
        }

        if (slot is not null && slot.Kind != line.Kind)
        {
            if (slot.IsTouched)
            {
                problem = "gives the series another type than lines before it in the same interval";
                return null;
            }

            slot.IsRetired = true;
            slot = null;
        }

        slot ??= _slots[series.Id] = Create(series, line.Kind);
        if (_spellings.Count >= (long)options.Value.MaxSeries * SpellingsPerSeries)
        {
            _spellings.Clear();
        }

        _spellings[spelling] = slot;
        return slot;
    }

    // A series is not opened for a line without one good value.
    private static bool HasNumber(ReadOnlySpan<byte> values)
    {
        foreach (var value in values.Split((byte)':'))
        {
            if (AsciiNumber.TryReadWhole(values[value], out _))
            {
                return true;
            }
        }

        return false;
    }

    private StatsDSlot Create(SeriesKey series, StatsDKind kind)
    {
        StatsDSlot slot = kind switch
        {
            StatsDKind.Counter => new CounterSlot(series),
            StatsDKind.Gauge => new GaugeSlot(series),
            StatsDKind.Set => new SetSlot(series, _seed),
            _ => new DistributionSlot(series),
        };
        slot.LastFlushed = time.GetUtcNow();
        return slot;
    }

    private void Sweep(DateTimeOffset now)
    {
        _swept = now;
        foreach (var (id, slot) in _slots)
        {
            if (now - slot.LastFlushed >= options.Value.IdleTimeout)
            {
                slot.IsRetired = true;
                _slots.Remove(id);
            }
        }

        foreach (var (spelling, slot) in _spellings)
        {
            if (slot.IsRetired)
            {
                _spellings.Remove(spelling);
            }
        }
    }

    private string TooLong() => $"is longer than {options.Value.MaxLineBytes} bytes (Metrics:StatsD:MaxLineBytes)";

    private void NoteBadLine(ReadOnlySpan<byte> line, string reason)
    {
        _counts.BadLines++;
        _badLines.Add(line, reason, time.GetUtcNow());
    }
}

/// <summary>Changes the counts in place.</summary>
internal delegate void StatsDCountChange(ref StatsDCounts counts);

using Metrics.Core.Files;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Wal;

/// <summary>Reads every segment of a directory in order and works out where writing goes on.</summary>
internal sealed class WalReplay
{
    private readonly string _directory;
    private readonly IFileSystem _files;
    private readonly ILogger _logger;
    private readonly IProgress<WalReplayProgress>? _progress;
    private readonly SegmentWindow _window = new();
    private readonly SegmentReader _reader;
    private readonly List<SegmentInfo> _segments = [];
    private readonly HashSet<long> _setAside = [];
    private long _bytesRead;
    private long _bytesTotal;
    private (long Number, long GoodBytes)? _resumable;

    public WalReplay(string directory, IFileSystem files, WalRecordHandler onRecord, ILogger logger, IProgress<WalReplayProgress>? progress)
    {
        _directory = directory;
        _files = files;
        _logger = logger;
        _progress = progress;
        _reader = new SegmentReader(_window, onRecord, Recovery);
        _window.BlockRead = OnBlockRead;
    }

    public WalRecovery Recovery { get; } = new();

    /// <summary>The segments that belong to the log, in order. What was set aside is not among them.</summary>
    public IReadOnlyList<SegmentInfo> Segments => _segments;

    /// <summary>The last segment, when it is whole and can be written on from its good bytes.</summary>
    public (long Number, long GoodBytes)? Resumable => _resumable;

    public void Run(TimeProvider time)
    {
        var started = time.GetTimestamp();
        var found = Find();
        _bytesTotal = _progress is null ? 0 : found.Sum(LengthOf);
        for (var i = 0; i < found.Count; i++)
        {
            ReadFile(found[i], isLast: i == found.Count - 1);
        }

        ReportMissing();
        foreach (var corruption in Recovery.Corruptions)
        {
            WalLog.Corrupt(_logger, corruption.Segment, corruption.Offset, corruption.Bytes, corruption.Reason);
        }

        WalInstruments.Corruptions.Add(Recovery.CorruptionCount);
        Recovery.Duration = time.GetElapsedTime(started);
    }

    private List<long> Find()
    {
        var found = new List<long>();
        foreach (var name in _files.ListFiles(_directory))
        {
            if (SegmentName.TryParse(name, out var number))
            {
                found.Add(number);
            }
            else if (name.EndsWith(SegmentName.Extension, StringComparison.OrdinalIgnoreCase))
            {
                Recovery.Add(new(name, 0, 0, "the name is not that of a segment; the file is left alone"));
            }
        }

        found.Sort();
        return found;
    }

    private long LengthOf(long number)
    {
        try
        {
            using var file = _files.Open(Path.Combine(_directory, SegmentName.Of(number)), FileOpening.Read);
            return file.Length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Reported when its turn to be read comes; here it only adds nothing to the progress.
            return 0;
        }
    }

    private void ReadFile(long number, bool isLast)
    {
        var name = SegmentName.Of(number);
        try
        {
            using var file = _files.Open(Path.Combine(_directory, name), FileOpening.Read);
            _window.Open(file);
            ReadSegment(number, name, isLast);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            SetAside(number, name, 0, $"the file could not be opened: {error.Message}");
        }
    }

    private void ReadSegment(long number, string name, bool isLast)
    {
        var corruptionsBefore = Recovery.CorruptionCount;
        var head = _window.At(0, WalFormat.SegmentHeaderBytes);
        var headIsGood = WalFormat.TryReadSegmentHeader(head, out var version, out var seedNumber);
        if (headIsGood && version != WalFormat.Version)
        {
            SetAside(number, name, _window.Length, $"the file has format version {version}; this program reads version {WalFormat.Version}");
            return;
        }

        var from = (long)WalFormat.SegmentHeaderBytes;
        if (!headIsGood)
        {
            if (isLast && IsUnstarted())
            {
                Tear(number, 0, "the file was created and not written");
                return;
            }

            _reader.Start(name, number, number, isLast);
            from = _reader.FindHeader(0);
            if (from == _window.Length)
            {
                SetAside(number, name, _window.Length, "the file holds no record of this log");
                return;
            }

            Recovery.Add(new(name, 0, from, "the segment's header is damaged"));
        }
        else if (seedNumber != number)
        {
            Recovery.Add(new(name, 0, 0, $"the file was written as segment {seedNumber}; its records are read nevertheless"));
        }

        _reader.Start(name, number, headIsGood ? seedNumber : number, isLast);
        _reader.ReadFrom(from);
        if (_window.UnreadableBytes > 0)
        {
            Recovery.Add(new(name, 0, 0, $"{_window.UnreadableBytes} bytes could not be read from disk: {_window.ReadError}"));
        }

        Recovery.Segments++;
        if (isLast && _reader.TornReason is { } torn)
        {
            Tear(number, _reader.GoodBytes, torn);
        }
        else
        {
            _segments.Add(new(number, _window.Length));
        }

        // A damaged file is kept as it is, and writing goes on in the next one.
        _resumable = isLast && Recovery.CorruptionCount == corruptionsBefore ? (number, _reader.GoodBytes) : null;
    }

    /// <summary>Whether the file holds no more than the start of a header, or zeros: what a power cut leaves of a new file.</summary>
    private bool IsUnstarted()
    {
        if (WalFormat.IsStartOfSegmentHeader(_window.At(0, WalFormat.SegmentHeaderBytes)))
        {
            return true;
        }

        for (long at = 0; at < _window.Length;)
        {
            var bytes = _window.At(at, 1);
            if (bytes.ContainsAnyExcept((byte)0))
            {
                return false;
            }

            at += bytes.Length;
        }

        return _window.UnreadableBytes == 0;
    }

    private void Tear(long number, long goodBytes, string reason)
    {
        Recovery.TornAt = new(number, goodBytes);
        Recovery.TornBytes = _window.Length - goodBytes;
        WalLog.TornTail(_logger, SegmentName.Of(number), goodBytes, Recovery.TornBytes, reason);
        _segments.Add(new(number, goodBytes));
        _resumable = (number, goodBytes);
    }

    private void SetAside(long number, string name, long bytes, string reason)
    {
        _setAside.Add(number);
        Recovery.Add(new(name, 0, bytes, reason + "; the file is left alone"));
    }

    private void ReportMissing()
    {
        for (var i = 1; i < _segments.Count; i++)
        {
            var first = _segments[i - 1].Number + 1;
            var last = _segments[i].Number - 1;
            while (first <= last && _setAside.Contains(first))
            {
                first++;
            }

            if (first <= last)
            {
                var range = first == last ? $"segment {first} is missing" : $"segments {first} to {last} are missing";
                Recovery.Add(new(SegmentName.Of(first), 0, 0, range));
            }
        }
    }

    private void OnBlockRead(int bytes)
    {
        _bytesRead += bytes;
        _progress?.Report(new(_bytesRead, Math.Max(_bytesTotal, _bytesRead), Recovery.Records));
    }
}

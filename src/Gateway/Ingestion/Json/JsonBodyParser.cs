using System.Runtime.InteropServices;
using System.Text.Json;
using Metrics.Core.Ingestion;
using Metrics.Core.Model;

namespace Metrics.Gateway.Ingestion.Json;

/// <summary>Parses one JSON body into a batch, in a single pass over its bytes.</summary>
internal ref struct JsonBodyParser
{
    private readonly ReadOnlySpan<byte> _body;
    private readonly ISampleBatch _batch;
    private readonly IngestOptions _options;
    private readonly long _nowMs;
    private RejectedPoints? _rejected;
    private int _index;
    private int _position;
    private ScannedPoint _pending = ScannedPoint.None;

    /// <param name="body">The whole body, decompressed.</param>
    /// <param name="batch">Takes the points; not to be written when the outcome is not <see cref="JsonOutcome.Parsed"/>.</param>
    /// <param name="options">The limits.</param>
    /// <param name="nowMs">The timestamp of points that bring none.</param>
    public JsonBodyParser(ReadOnlySpan<byte> body, ISampleBatch batch, IngestOptions options, long nowMs)
    {
        _body = body;
        _batch = batch;
        _options = options;
        _nowMs = nowMs;
        _position = body.StartsWith("\uFEFF"u8) ? 3 : 0;
    }

    public JsonResult Parse()
    {
        try
        {
            switch (Next())
            {
                case (byte)'[':
                    _position++;
                    return ParseArray();
                case (byte)'{':
                    ParseElement();
                    return Finish("something follows the point");
                case 0:
                    return Broken("the body is empty");
                default:
                    return Broken("the body must be a JSON array of points, or one point");
            }
        }
        catch (JsonException e)
        {
            // The reader's own line and position count from the element's start, which is where ours points.
            return Broken(e.Message.Split(" LineNumber:", 2)[0]);
        }
    }

    private JsonResult ParseArray()
    {
        if (Next() == ']')
        {
            _position++;
            return Finish("something follows the array");
        }

        while (true)
        {
            Next();
            if (_index < _options.MaxPoints)
            {
                ParseElement();
            }
            else if (TryAddPending())
            {
                return new JsonResult(JsonOutcome.TooManyPoints, _index, _position, "", null);
            }

            var separator = Next();
            if (separator != ',' && !TryAddPending())
            {
                separator = Next();
            }

            if (separator is not ((byte)',' or (byte)']'))
            {
                return Broken("a comma or a closing bracket is missing after the element before");
            }

            _position++;
            if (separator == ']')
            {
                return Finish("something follows the array");
            }
        }
    }

    /// <summary>Moves to the next byte that is not white space; 0 at the end.</summary>
    private byte Next()
    {
        _position = JsonElementScanner.SkipSpace(_body, _position);
        return _position < _body.Length ? _body[_position] : (byte)0;
    }

    private JsonResult Finish(string otherwise)
    {
        TryAddPending();
        return Next() == 0 && _position == _body.Length
            ? new JsonResult(JsonOutcome.Parsed, _index, _position, "", _rejected)
            : Broken(otherwise);
    }

    private readonly JsonResult Broken(string reason) => new(JsonOutcome.Broken, _index, _position, reason, null);

    private void ParseElement()
    {
        var start = _position;
        var isPlain = JsonElementScanner.TryScan(_body, start, out var point);
        var scanned = isPlain
            ? new ScannedPoint(KeyOf(point), point.HasTimestamp ? point.TimestampMs : _nowMs, point.Value, start, _index)
            : ScannedPoint.None;
        if (isPlain)
        {
            _batch.Expect(scanned.WireKey);
        }

        // One element behind: while this one was scanned, memory fetched what the last one needs.
        if (!TryAddPending())
        {
            return;
        }

        _pending = scanned;
        _position = isPlain ? point.End : ParseInFull(start, _index);
        _index++;
    }

    /// <summary>
    /// Adds the scanned element. Where it ends was a guess that only a known wire key confirms: a new one is read in full, and parsing
    /// goes back to where it really ends.
    /// </summary>
    /// <returns>False when parsing went back: what was scanned after the element counts for nothing.</returns>
    private bool TryAddPending()
    {
        var (wireKey, timestampMs, value, start, index) = _pending;
        if (start < 0)
        {
            return true;
        }

        _pending = ScannedPoint.None;
        var result = _batch.Add(wireKey, timestampMs, value);
        if (result != AddResult.UnknownSeries)
        {
            Note(result, index);
            return true;
        }

        (_index, _position) = (index, start);
        _position = ParseInFull(start, index);
        _index++;
        return false;
    }

    /// <returns>Where the element ends.</returns>
    private int ParseInFull(int start, int index)
    {
        var good = JsonElementReader.TryRead(_body, start, out var point, out var problem);
        if (!good)
        {
            Reject(problem, index);
            return point.End;
        }

        var wireKey = KeyOf(point);
        var timestampMs = point.HasTimestamp ? point.TimestampMs : _nowMs;
        var result = _batch.Add(wireKey, timestampMs, point.Value);
        if (result == AddResult.UnknownSeries)
        {
            if (!JsonSeriesReader.TryRead(Metric(point), Tags(point), _options.Limits, out var series, out problem))
            {
                Reject(problem, index);
                return point.End;
            }

            result = _batch.Add(wireKey, series, timestampMs, point.Value);
        }

        Note(result, index);
        return point.End;
    }

    private void Note(AddResult result, int index)
    {
        if (result != AddResult.Added)
        {
            Reject(_batch.Describe(result), index);
        }
    }

    private void Reject(FieldProblem problem, int index) => (_rejected ??= new RejectedPoints()).Add(index, problem);

    /// <summary>An element of the usual form that is still to be added.</summary>
    private readonly record struct ScannedPoint(WireKey WireKey, long TimestampMs, double Value, int Start, int Index)
    {
        public static readonly ScannedPoint None = new(default, 0, 0, -1, 0);
    }

    // The two pieces side by side are hashed as the one region they make up; apart, by their two hashes. A region starts with a
    // quote, and the pair is made of hashes nobody outside can choose, so that one does not pass for the other.
    private readonly WireKey KeyOf(in JsonPoint point)
    {
        if (!point.HasTags)
        {
            return WireKey.Of(WireKey.Scope.Json, Metric(point));
        }

        if (point.TagsOrdinal == point.MetricOrdinal + 1)
        {
            return WireKey.Of(WireKey.Scope.Json, _body[point.MetricStart..point.TagsEnd]);
        }

        Span<UInt128> pair =
        [
            WireKey.Of(WireKey.Scope.Json, Metric(point)).Value,
            WireKey.Of(WireKey.Scope.Json, Tags(point)).Value,
        ];
        return WireKey.Of(WireKey.Scope.Json, MemoryMarshal.AsBytes(pair));
    }

    private readonly ReadOnlySpan<byte> Metric(in JsonPoint point) => _body[point.MetricStart..point.MetricEnd];

    private readonly ReadOnlySpan<byte> Tags(in JsonPoint point) => _body[point.TagsStart..point.TagsEnd];
}

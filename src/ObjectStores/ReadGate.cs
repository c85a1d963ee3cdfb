using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores;

/// <summary>
/// Whether readers may ask the store. Once it has not answered one, the others fail at once instead of waiting as long each, until a try in the
/// background, or a write, finds that it answers again.
/// </summary>
internal sealed class ReadGate(TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private volatile ObjectStoreUnavailableException? _failure;
    private DateTimeOffset _nextProbe;
    private TimeSpan _pause;
    private bool _isProbing;

    /// <summary>Why readers are not to ask; null when they may.</summary>
    public ObjectStoreUnavailableException? Failure => _failure;

    /// <summary>Whether it is time for a try, which the caller then makes and tells of.</summary>
    public bool TryBeginProbe()
    {
        lock (_gate)
        {
            if (_failure is null || _isProbing || time.GetUtcNow() < _nextProbe)
            {
                return false;
            }

            _isProbing = true;
            return true;
        }
    }

    public void ProbeFailed()
    {
        lock (_gate)
        {
            _isProbing = false;
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            _nextProbe = time.GetUtcNow() + _pause;
        }
    }

    public void Failed(ObjectStoreUnavailableException failure)
    {
        lock (_gate)
        {
            if (_failure is null)
            {
                _failure = failure;
                _pause = FirstPause;
                _nextProbe = time.GetUtcNow() + _pause;
            }
        }
    }

    /// <summary>The store has answered anything.</summary>
    public void Succeeded()
    {
        if (_failure is not null)
        {
            lock (_gate)
            {
                _failure = null;
                _isProbing = false;
            }
        }
    }
}

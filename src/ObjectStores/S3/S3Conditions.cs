using Amazon.S3;
using Metrics.Core.ObjectStorage;
using Microsoft.Extensions.Logging;

namespace Metrics.ObjectStores.S3;

/// <summary>Which writes a store decides conditions of.</summary>
internal enum ConditionSupport
{
    /// <summary>None: it writes whatever the condition says. Claims are needed.</summary>
    None,

    /// <summary>Whole objects in one request.</summary>
    SinglePuts,

    /// <summary>Multipart uploads too.</summary>
    All,
}

/// <summary>Finds out by an object of its own what the store does with conditions: many speak the protocol and pass over them.</summary>
internal sealed class S3Conditions(IAmazonS3 client, S3Upload upload, S3Marks marks, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _probing = new(1);
    private ConditionSupport? _known;

    public void Dispose() => _probing.Dispose();

    public async Task<ConditionSupport> Find(CancellationToken limit)
    {
        if (_known is { } known)
        {
            return known;
        }

        await _probing.WaitAsync(limit);
        try
        {
            if (_known is null)
            {
                _known = await Probe(limit);
                if (_known == ConditionSupport.None)
                {
                    S3Log.NoConditions(logger, S3Claims.Expiry.TotalSeconds);
                }
            }

            return _known.Value;
        }
        finally
        {
            _probing.Release();
        }
    }

    private async Task<ConditionSupport> Probe(CancellationToken limit)
    {
        using var content = new MemoryStream([1]);
        var write = new RemoteWrite("", marks.NewProbe(), content, 0, 1, PutCondition.Absent, "");
        var support = await Ask(write, limit);
        if (support == ConditionSupport.None)
        {
            await marks.Explain(limit);
        }

        await client.DeleteObjectAsync(marks.Bucket, write.Key, limit);
        return support;
    }

    private async Task<ConditionSupport> Ask(RemoteWrite write, CancellationToken limit)
    {
        try
        {
            await upload.Put(write, PutCondition.Absent, limit);
        }
        catch (AmazonS3Exception error) when (S3Errors.IsNotImplemented(error))
        {
            return ConditionSupport.None;
        }

        var other = PutCondition.Matches(new ObjectVersion("\"00000000000000000000000000000000\""));
        if (!await IsRefused(() => upload.Put(write, PutCondition.Absent, limit)) || !await IsRefused(() => upload.Put(write, other, limit)))
        {
            return ConditionSupport.None;
        }

        var parts = await upload.Stage(write, limit);
        if (!await IsRefused(() => upload.Complete(parts, PutCondition.Absent, limit)))
        {
            return ConditionSupport.SinglePuts;
        }

        await upload.Abort(parts);
        return ConditionSupport.All;
    }

    private static async Task<bool> IsRefused(Func<Task> write)
    {
        try
        {
            await write();
            return false;
        }
        catch (AmazonS3Exception error) when (S3Errors.IsConditionFailed(error))
        {
            return true;
        }
        catch (AmazonS3Exception error) when (S3Errors.IsNotImplemented(error))
        {
            return false;
        }
    }
}

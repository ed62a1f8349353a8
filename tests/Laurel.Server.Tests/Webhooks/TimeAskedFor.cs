using Microsoft.Extensions.Time.Testing;

namespace Laurel.Server.Tests.Webhooks;

/// <summary>Tells when the sender asks what time it is, which it does once the headers are there.</summary>
internal sealed class TimeAskedFor(DateTimeOffset now) : FakeTimeProvider(now)
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public volatile bool IsWatched;

    public Task Asked => _asked.Task;

    public override DateTimeOffset GetUtcNow()
    {
        if (IsWatched)
        {
            _asked.TrySetResult();
        }

        return base.GetUtcNow();
    }
}

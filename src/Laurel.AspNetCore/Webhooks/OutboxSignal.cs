using System.Threading.Channels;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>Tells the dispatcher of this process that the outbox has new rows. A lost signal costs a second: it looks by itself, too. Any thread.</summary>
internal sealed class OutboxSignal
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>There is something to do.</summary>
    public void Set() => _signal.Writer.TryWrite(true);

    /// <summary>Waits until there is.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _signal.Reader.ReadAsync(cancellationToken);
}

using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Webhooks.Dispatch;

/// <summary>What the delivery of webhooks tells the operator. Attempts that fail stand in the endpoint's own list, not here.</summary>
internal static partial class WebhooksLog
{
    [LoggerMessage(1, LogLevel.Warning, "Webhooks are paused by the option Webhooks:Paused; what happens is kept and sent once they are not.")]
    public static partial void Paused(ILogger logger);

    [LoggerMessage(2, LogLevel.Warning, "Webhook endpoint {EndpointId} was disabled ({Reason}). {Detail}")]
    public static partial void EndpointDisabled(ILogger logger, string endpointId, string reason, string detail);

    [LoggerMessage(3, LogLevel.Warning, "Webhooks wait for the store and go on by themselves. {Reason}")]
    public static partial void DispatchWaits(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Critical, "The dispatch of webhooks failed and is tried again. This is a bug of Laurel's.")]
    public static partial void DispatchBroke(ILogger logger, Exception failure);

    [LoggerMessage(5, LogLevel.Warning, "What became of webhooks waits to be kept, as the store is away. {Reason}")]
    public static partial void JournalWaits(ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Warning, "What became of {Count} webhooks could not be kept before the stop; they may be sent once more. {Reason}")]
    public static partial void ResultsLost(ILogger logger, int count, string reason);

    [LoggerMessage(7, LogLevel.Critical, "What became of a message to endpoint {EndpointKey} could not be kept. This is a bug of Laurel's; the message is sent again.")]
    public static partial void ResultUnwritable(ILogger logger, int endpointKey, Exception failure);

    [LoggerMessage(8, LogLevel.Critical, "Message {MessageId} for webhook endpoint {EndpointId} could not be made and is a dead letter. This is a bug of Laurel's.")]
    public static partial void Unrenderable(ILogger logger, string messageId, string endpointId, Exception failure);

    [LoggerMessage(9, LogLevel.Critical, "Message {MessageId} for webhook endpoint {EndpointId} could not be sent. This is a bug of Laurel's.")]
    public static partial void SendBroke(ILogger logger, string messageId, string endpointId, Exception failure);

    [LoggerMessage(10, LogLevel.Critical, "The upkeep of webhooks failed and is tried again. This is a bug of Laurel's.")]
    public static partial void UpkeepBroke(ILogger logger, Exception failure);
}

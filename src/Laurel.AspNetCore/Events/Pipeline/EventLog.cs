using Microsoft.Extensions.Logging;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>What the pipeline tells the operator.</summary>
internal static partial class EventLog
{
    [LoggerMessage(1, LogLevel.Error, "The store {Location} failed: {Reason}")]
    public static partial void StoreFailed(ILogger logger, string location, string reason);

    [LoggerMessage(2, LogLevel.Critical, "An event named {EventName} could not be processed. This is a bug of Laurel's; nothing of the event was kept.")]
    public static partial void CommandFailed(ILogger logger, string eventName, Exception failure);
}

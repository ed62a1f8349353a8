using Laurel.Facts;

namespace Laurel.Webhooks;

/// <summary>The types of message that endpoints receive: one to each kind of fact. Source: semantics §10.</summary>
public static class MessageTypes
{
    /// <summary>The caller's event was processed: the message of the event's own fact.</summary>
    public const string EventProcessed = "event.processed";

    /// <summary>Nothing happened: an operator tries an endpoint. Sent whatever the endpoint's filter is, so no filter names it.</summary>
    public const string Test = "webhook.test";

    /// <summary>Every type that a filter may name, in the order of <see cref="FactKinds.All"/>: the place of a type is its bit in masks.</summary>
    public static readonly IReadOnlyList<string> All = [.. FactKinds.All.Select(kind => kind == FactKinds.Event ? EventProcessed : kind)];
}

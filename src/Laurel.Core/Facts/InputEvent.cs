namespace Laurel.Facts;

/// <summary>
/// The caller's event as it enters evaluation. <paramref name="Id"/> starts its block of ids; <paramref name="OccurredAt"/> is the caller's clock,
/// <paramref name="ReceivedAt"/> ours.
/// </summary>
public sealed record InputEvent(FactId Id, string Name, Properties Properties, Timestamp OccurredAt, Timestamp ReceivedAt)
{
    /// <summary>Id of the event's own fact, of kind <c>event</c>.</summary>
    public FactId FactId => Id.Plus(1);
}
